// What pages are made of.
"use strict";

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== ""));
  return element;
}

/// The address of a page. The API's pages have no schema before them, as they are what most look for.
function href(schema, ...parts) {
  const path = schema === API ? parts : [schema.key, ...parts];
  return "#/" + path.map(encodeURIComponent).join("/");
}

const link = ({ schema, name }) => h("a", { href: href(schema, "name", name) }, name);
const typeLink = (schema, name) => h("a", { href: href(schema, "type", name) }, name);
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const dim = (...children) => h("span", { class: "dim" }, ...children);
const tag = (schema) => h("span", { class: "tag" }, schema.title);

/// Runs of layers, a dash over those that follow each other among all.
const showRuns = (runs) => runs.map(([first, last]) => (first === last ? `${first}` : `${first}\u2013${last}`)).join(", ");
const inLayers = (runs) => `layer${runs.length > 1 || runs[0][0] !== runs[0][1] ? "s" : ""} ${showRuns(runs)}`;

/// A type expression, with links to the types in it.
function typed(schema, text) {
  return text.split(/([A-Za-z][\w.]*)/).map((part) => {
    if (schema.types.has(part)) return typeLink(schema, part);
    return schema.entries.has(part) && part !== "true" ? link(schema.entries.get(part)) : part;
  });
}

/// A form, a field a line; on the pages of other things `entry` gives its name a link, and its layers beside it.
function tl(form, entry) {
  const { schema } = form;
  const forms = entry && entry.forms.length > 1 ? ` \u00b7 ${entry.forms.length} forms` : "";
  const layers = entry && schema.hasLayers ? h("span", { class: "layers" }, showRuns(runsOf(entry)), forms) : "";
  const id = h("span", { class: "id" }, form.id && `#${form.id}`);
  const name = h("span", {}, entry ? link(form) : form.name, id, form.generics.map((it) => ` ${it}`));
  const fields = form.fields.map((field) => {
    const mark = field.type.indexOf("?");
    const flag = h("span", { class: "flag" }, field.type.slice(0, mark + 1));
    return h("div", {}, `${field.name}:`, flag, typed(schema, field.type.slice(mark + 1)));
  });
  return h("div", { class: "tl" }, h("div", { class: "head" }, name, layers), fields, h("div", {}, "= ", typed(schema, form.result)));
}

const newestForms = (list) => list.map((entry) => tl(newestForm(entry), entry));
const partList = (parts) => h("ul", { class: "parts" }, parts.map(([kind, text]) => h("li", { class: kind }, text)));

function columns(list) {
  return h("ul", { class: "columns" }, list.map((entry) => h("li", isGone(entry) ? { class: "gone" } : {}, link(entry))));
}

/// One entry a line. Where those of several schemas stand together, `mark` says which one each is of.
function rows(list, mark = () => "") {
  return h("ul", { class: "list" }, list.map((entry) => {
    const facts = [`${entry.kind === "f" ? "\u2192 " : ""}${entry.type}`];
    if (entry.schema.hasLayers) facts.push(showRuns(runsOf(entry)));
    return h("li", isGone(entry) ? { class: "gone" } : {}, h("span", { class: "mono" }, link(entry)),
      dim(mark(entry.schema), facts.join(" \u00b7 ")));
  }));
}

function section(title, list, show) {
  return list.length ? [h("h2", {}, `${title} `, dim(`${list.length}`)), show(list)] : [];
}

/// The layers of a schema, newest first, with what each holds.
function layerTable(schema) {
  const numbers = countLayers(schema);
  const hasFunctions = numbers.some(({ f }) => f);
  const hasSources = schema.rows.some(({ source }) => source);
  const heading = (text, kind) => h("th", kind ? { class: kind } : {}, text);
  const number = (value) => h("td", { class: "number" }, value.toLocaleString("en"));
  const line = ({ layer, source }, index) => {
    const before = schema.layers[index - 1];
    return h("tr", {},
      h("td", {}, h("a", { href: href(schema, "layer", layer) }, `${layer}`)),
      number(numbers[index].types.size), number(numbers[index].c), hasFunctions ? number(numbers[index].f) : "",
      h("td", {}, before ? h("a", { href: href(schema, "diff", before, layer) }, h("span", { class: "wordy" }, "since "), `${before}`) : ""),
      hasSources ? h("td", { class: "source dim" }, source) : "");
  };
  return h("div", { class: "wide" }, h("table", hasSources ? {} : { class: "small" },
    h("thead", {}, h("tr", {}, heading("Layer"), heading("Types", "number"), heading("Constructors", "number"),
      hasFunctions ? heading("Functions", "number") : "", heading("Changes"), hasSources ? heading("Source", "source") : "")),
    h("tbody", {}, schema.rows.map(line).reverse())));
}

function namespaceChips(schema) {
  const counts = new Map();
  for (const entry of schema.sorted) counts.set(namespaceOf(entry.name), (counts.get(namespaceOf(entry.name)) ?? 0) + 1);
  const chips = [...counts].sort().map(([name, number]) =>
    h("li", {}, h("a", { href: href(schema, "namespace", name || "none") }, name || "without", dim(`${number}`))));
  return h("ul", { class: "chips" }, chips);
}

/// Links to what has the same name in other schemas: `kind` is `name` or `type`.
function namesakes(schema, kind, name) {
  const has = (other) => other !== schema && (kind === "type" ? other.types : other.entries).has(name);
  return [...SCHEMAS.values()].filter(has).map((other) => h("a", { href: href(other, kind, name) }, `another in ${other.whole}`));
}
