// The pages of the site. data.js has the layers and one table: kind, layers, text.
"use strict";

// --- The data ------------------------------------------------------------------------------------------

const LAYERS = TL.layers.map((it) => it.layer);
const NEWEST = TL.newest;
const PLACE = new Map(LAYERS.map((layer, index) => [layer, index]));

/// name -> { name, kind, forms, type }, the forms oldest first.
const entries = new Map();
/// type -> the entries of its constructors.
const types = new Map();
/// A name of a type or a constructor -> the entries that name it in a field, or as an answer.
const uses = new Map();

function parseField(text) {
  const colon = text.indexOf(":");
  return { name: text.slice(0, colon), type: text.slice(colon + 1), text };
}

function parse(text) {
  const [left, result] = text.split(" = ");
  const [head, ...rest] = left.split(" ");
  const [name, id] = head.split("#");
  const generics = rest.filter((part) => part.startsWith("{"));
  const fields = rest.filter((part) => part.includes(":") && !part.startsWith("{")).map(parseField);
  return { text, name, id: id ? id.padStart(8, "0") : "", generics, fields, result };
}

function parseRuns(text) {
  return text.split(" ").map((run) => {
    const [first, last] = run.split("-").map(Number);
    return [first, last ?? first];
  });
}

/// The runs of layers, a dash over those that follow each other among all.
function showRuns(runs) {
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}\u2013${last}`)).join(", ");
}

const standsIn = (form, layer) => form.runs.some(([first, last]) => first <= layer && layer <= last);
const lastLayer = (form) => form.runs[form.runs.length - 1][1];
const formIn = (entry, layer) => entry.forms.find((form) => standsIn(form, layer));
const newestForm = (entry) => entry.forms[entry.forms.length - 1];
const isGone = (entry) => lastLayer(newestForm(entry)) < NEWEST;
const namesIn = (type) => type.match(/[A-Za-z][\w.]*/g) ?? [];
const namespaceOf = (name) => (name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "");
const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

for (const line of TL.table.trimEnd().split("\n")) {
  const [kind, runs, text] = line.split("\t");
  const form = Object.assign(parse(text), { runs: parseRuns(runs) });
  if (!entries.has(form.name)) entries.set(form.name, { name: form.name, kind, forms: [] });
  entries.get(form.name).forms.push(form);
}
for (const entry of entries.values()) {
  entry.forms.sort((a, b) => lastLayer(a) - lastLayer(b));
  const form = newestForm(entry);
  entry.type = form.result;
  if (entry.kind === "c") {
    if (!types.has(entry.type)) types.set(entry.type, []);
    types.get(entry.type).push(entry);
  }
  if (isGone(entry)) continue;
  const named = form.fields.flatMap((field) => namesIn(field.type));
  for (const name of new Set(entry.kind === "f" ? named.concat(namesIn(form.result)) : named)) {
    if (!uses.has(name)) uses.set(name, []);
    uses.get(name).push(entry);
  }
}
const sorted = [...entries.values()].sort(byName);
const runsOf = (entry) => {
  // The layers of all forms together.
  const stands = LAYERS.map((layer) => Boolean(formIn(entry, layer)));
  const runs = [];
  stands.forEach((is, index) => {
    if (is && stands[index - 1]) runs[runs.length - 1][1] = LAYERS[index];
    else if (is) runs.push([LAYERS[index], LAYERS[index]]);
  });
  return runs;
};

/// The differences between two forms; the same rules as `piltover tl diff`.
function compare(old, now) {
  const parts = [];
  const find = (form, name) => form.fields.find((field) => field.name === name);
  const before = (form, field) => form.fields[form.fields.indexOf(field) - 1]?.name;
  const added = now.fields.filter((field) => !find(old, field.name));
  for (const field of now.fields) {
    const other = find(old, field.name);
    if (other && other.type !== field.type) parts.push(["mod", `~ ${other.text} \u2192 ${field.type}`]);
  }
  for (const field of old.fields.filter((field) => !find(now, field.name))) {
    const bit = field.type.includes("?");
    const same = added.findIndex((it) => it.type === field.type && (bit || before(now, it) === before(old, field)));
    if (same < 0) parts.push(["cut", `\u2212 ${field.text}`]);
    else parts.push(["mod", `~ ${field.text} \u2192 ${added.splice(same, 1)[0].text}`]);
  }
  for (const field of added) parts.push(["add", `+ ${field.text}`]);
  const order = (form, other) => form.fields.filter((it) => find(other, it.name)).map((it) => it.name).join();
  if (order(old, now) !== order(now, old)) parts.push(["mod", "~ the fields stand in another order"]);
  if (old.result !== now.result) parts.push(["mod", `~ = ${old.result} \u2192 ${now.result}`]);
  return parts;
}

// --- Elements ------------------------------------------------------------------------------------------

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== ""));
  return element;
}

const href = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");
const link = (name) => h("a", { href: href("name", name) }, name);
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/// A type expression, with links to the types in it.
function typed(text) {
  return text.split(/([A-Za-z][\w.]*)/).map((part) => {
    if (types.has(part)) return h("a", { href: href("type", part) }, part);
    return entries.has(part) && part !== "true" ? link(part) : part;
  });
}

/// A form, a field a line; on the pages of other things its name is a link, with its layers beside it.
function tl(form, runs) {
  const head = h("div", { class: "head" }, runs ? link(form.name) : form.name,
    h("span", { class: "id" }, form.id && `#${form.id}`), form.generics.map((it) => ` ${it}`),
    runs ? h("span", { class: "layers" }, showRuns(runs)) : "");
  const fields = form.fields.map((field) => {
    const mark = field.type.indexOf("?");
    const flag = h("span", { class: "flag" }, field.type.slice(0, mark + 1));
    return h("div", {}, `${field.name}:`, flag, typed(field.type.slice(mark + 1)));
  });
  return h("div", { class: "tl" }, head, fields, h("div", {}, "= ", typed(form.result)));
}

const partList = (parts) => h("ul", { class: "parts" }, parts.map(([kind, text]) => h("li", { class: kind }, text)));

function columns(list) {
  return h("ul", { class: "columns" }, list.map((entry) => h("li", isGone(entry) ? { class: "gone" } : {}, link(entry.name))));
}

function rows(list) {
  return h("ul", { class: "list" }, list.map((entry) =>
    h("li", isGone(entry) ? { class: "gone" } : {}, h("span", { class: "mono" }, link(entry.name)),
      h("span", { class: "dim" }, `${entry.kind === "f" ? "\u2192 " : ""}${entry.type} \u00b7 ${showRuns(runsOf(entry))}`))));
}

function section(title, list, show) {
  return list.length ? [h("h2", {}, `${title} `, h("span", { class: "dim" }, `${list.length}`)), show(list)] : [];
}

const inLayers = (runs) => `layer${runs.length > 1 || runs[0][0] !== runs[0][1] ? "s" : ""} ${showRuns(runs)}`;

// --- Pages ---------------------------------------------------------------------------------------------

function home() {
  const numbers = LAYERS.map(() => ({ c: 0, f: 0, types: new Set() }));
  for (const entry of sorted) {
    for (const form of entry.forms) {
      for (const [first, last] of form.runs) {
        for (let index = PLACE.get(first); index <= PLACE.get(last); index++) {
          numbers[index][entry.kind] += 1;
          if (entry.kind === "c") numbers[index].types.add(form.result);
        }
      }
    }
  }
  const forms = sorted.reduce((sum, entry) => sum + entry.forms.length, 0);
  const line = ({ layer, source }, index) => {
    const before = LAYERS[index - 1];
    const number = (value) => h("td", { class: "number" }, value.toLocaleString("en"));
    return h("tr", {},
      h("td", {}, h("a", { href: href("layer", layer) }, `${layer}`)),
      number(numbers[index].types.size), number(numbers[index].c), number(numbers[index].f),
      h("td", {}, before ? h("a", { href: href("diff", before, layer) }, h("span", { class: "wordy" }, "since "), `${before}`) : ""),
      h("td", { class: "source dim" }, source));
  };
  const heading = (text, kind) => h("th", kind ? { class: kind } : {}, text);
  return ["TL layers", [
    h("h1", {}, "Telegram\u2019s schema, layer by layer"),
    h("p", { class: "dim" }, `${count(LAYERS.length, "layer")}, ${LAYERS[0]} to ${NEWEST}: ${count(entries.size, "name")} in ${count(forms, "form")}.`),
    h("h2", {}, "Namespaces"), namespaceChips(),
    h("h2", {}, "Layers"),
    h("div", { class: "wide" }, h("table", {},
      h("thead", {}, h("tr", {}, heading("Layer"), heading("Types", "number"), heading("Constructors", "number"),
        heading("Functions", "number"), heading("Changes"), heading("Source", "source"))),
      h("tbody", {}, TL.layers.map(line).reverse()))),
  ]];
}

function namespaceChips() {
  const counts = new Map();
  for (const entry of sorted) counts.set(namespaceOf(entry.name), (counts.get(namespaceOf(entry.name)) ?? 0) + 1);
  const chips = [...counts].sort().map(([name, number]) =>
    h("li", {}, h("a", { href: href("namespace", name || "none") }, name || "without", h("span", { class: "dim" }, `${number}`))));
  return h("ul", { class: "chips" }, chips);
}

function namespacePage(name) {
  const list = sorted.filter((entry) => namespaceOf(entry.name) === (name === "none" ? "" : name));
  const title = name === "none" ? "Without a namespace" : name;
  return [title, [
    h("h1", {}, title),
    section("Functions", list.filter((entry) => entry.kind === "f"), columns),
    section("Constructors", list.filter((entry) => entry.kind === "c"), columns),
  ]];
}

function typesPage() {
  const list = [...types.keys()].sort().map((name) => ({ name, all: types.get(name) }));
  const item = ({ name, all }) => h("li", all.every(isGone) ? { class: "gone" } : {},
    h("a", { href: href("type", name) }, name), h("span", { class: "dim" }, ` ${all.length}`));
  return ["Types", [h("h1", {}, "Types"), h("p", { class: "dim" }, `${count(list.length, "type")}, each with its number of constructors.`),
    h("ul", { class: "columns" }, list.map(item))]];
}

function functionsPage() {
  const spaces = new Map();
  for (const entry of sorted.filter((entry) => entry.kind === "f")) {
    const name = namespaceOf(entry.name);
    if (!spaces.has(name)) spaces.set(name, []);
    spaces.get(name).push(entry);
  }
  return ["Functions", [h("h1", {}, "Functions"), namespaceChips(),
    [...spaces].sort().map(([name, list]) => section(name || "Without a namespace", list, columns))]];
}

function typePage(name) {
  const all = types.get(name);
  if (!all) return missing(name);
  const used = (uses.get(name) ?? []).concat(...all.map((entry) => uses.get(entry.name) ?? []));
  const users = [...new Set(used)].sort(byName);
  const answers = (entry) => entry.kind === "f" && namesIn(entry.type).includes(name);
  const takes = (entry) => newestForm(entry).fields.some((field) => namesIn(field.type).includes(name));
  const now = all.filter((entry) => !isGone(entry)).sort(byName);
  const gone = all.filter(isGone).sort(byName);
  return [name, [
    h("h1", { class: "name" }, name),
    h("div", { class: "facts" }, h("span", {}, "type"), h("span", {}, count(all.length, "constructor"))),
    now.map((entry) => tl(newestForm(entry), runsOf(entry))),
    section("Older constructors", gone, rows),
    section("Answers of", users.filter(answers), columns),
    section("In fields of", users.filter(takes), columns),
  ]];
}

function namePage(name) {
  const entry = entries.get(name);
  if (!entry) return missing(name);
  const form = newestForm(entry);
  // A form that came back stands in several runs: each is an event of its own.
  const events = entry.forms.flatMap((form) => form.runs.map((run) => ({ form, run })));
  events.sort((a, b) => a.run[0] - b.run[0]);
  const version = ({ form, run }, index) => {
    const before = events[index - 1];
    const parts = before ? compare(before.form, form) : [];
    const what = before ? partList(parts) : h("p", { class: "dim" }, PLACE.get(run[0]) ? "Added." : "In the oldest layer here.");
    const gap = before && PLACE.get(run[0]) > PLACE.get(before.run[1]) + 1;
    return h("div", { class: "version" },
      h("h3", {}, inLayers([run]).replace("l", "L"), h("span", { class: "mono" }, form.id && `#${form.id}`)),
      gap ? h("p", { class: "dim" }, `Not there between ${before.run[1]} and ${run[0]}.`) : "",
      what, h("details", {}, h("summary", {}, "Text"), tl(form)));
  };
  const users = uses.get(name) ?? [];
  return [name, [
    h("h1", { class: "name" }, name),
    h("div", { class: "facts" },
      h("span", {}, entry.kind === "f" ? "function" : "constructor of ", entry.kind === "f" ? "" : typed(entry.type)),
      h("span", {}, inLayers(runsOf(entry))),
      h("span", { class: "mono" }, form.id && `#${form.id}`),
      h("a", { href: href("namespace", namespaceOf(name) || "none") }, namespaceOf(name) || "no namespace")),
    isGone(entry) ? h("p", { class: "cut" }, `Gone since layer ${LAYERS[PLACE.get(lastLayer(form)) + 1]}.`) : "",
    tl(form),
    h("h2", {}, "History"), events.map(version).reverse(),
    section("Named as a bare type by", users, columns),
  ]];
}

function layerPage(text) {
  const layer = Number(text);
  if (!PLACE.has(layer)) return missing(`layer ${text}`);
  const list = sorted.filter((entry) => formIn(entry, layer));
  const before = LAYERS[PLACE.get(layer) - 1];
  return [`Layer ${layer}`, [
    h("h1", {}, `Layer ${layer}`),
    h("div", { class: "facts" }, h("span", {}, TL.layers[PLACE.get(layer)].source),
      before ? h("a", { href: href("diff", before, layer) }, `changes since ${before}`) : "",
      layer === NEWEST ? "" : h("a", { href: href("diff", layer, NEWEST) }, `changes up to ${NEWEST}`)),
    section("Functions", list.filter((entry) => entry.kind === "f"), columns),
    section("Constructors", list.filter((entry) => entry.kind === "c"), columns),
  ]];
}

function diffPage(first, second, filter = "") {
  const from = PLACE.has(Number(first)) ? Number(first) : LAYERS[Math.max(0, LAYERS.length - 2)];
  const to = PLACE.has(Number(second)) ? Number(second) : NEWEST;
  const pick = (name, chosen) => h("select", { name, "aria-label": name, onchange: go },
    LAYERS.map((layer) => h("option", { value: layer, selected: layer === chosen ? "" : undefined }, `${layer}`)));
  function go() {
    const value = (name) => form.elements[name].value;
    location.hash = value("only") ? href("diff", value("from"), value("to"), value("only")) : href("diff", value("from"), value("to"));
  }
  const only = h("input", { name: "only", value: filter, placeholder: "Only names with \u2026", "aria-label": "only", onchange: go });
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); go(); } }, pick("from", from), "to", pick("to", to),
    h("button", { type: "button", title: "the other way", onclick: () => { location.hash = href("diff", to, from); } }, "\u21c4"), only);
  const added = [], removed = [], changed = [];
  for (const entry of sorted.filter((entry) => entry.name.toLowerCase().includes(filter.toLowerCase()))) {
    const [old, now] = [formIn(entry, from), formIn(entry, to)];
    if (now && !old) added.push(now);
    else if (old && !now) removed.push(old);
    else if (old !== now) changed.push([entry, old, now]);
  }
  const name = (form, kind) => h("li", { class: kind }, link(form.name));
  const names = (kind) => (list) => h("ul", { class: "columns" }, list.map((form) => name(form, kind)));
  const jump = (list, what) => {
    const go = (event) => {
      event.preventDefault();
      const headings = [...page.querySelectorAll("h2")];
      headings.find((heading) => heading.textContent.toLowerCase().startsWith(what))?.scrollIntoView();
    };
    return list.length ? h("a", { href: location.hash, onclick: go }, `${list.length} ${what}`) : `0 ${what}`;
  };
  const change = ([entry, old, now]) => h("div", { class: "version" },
    h("h3", {}, link(entry.name), h("span", { class: "mono" }, old.id === now.id ? `#${now.id}` : `#${old.id} \u2192 #${now.id}`)),
    partList(compare(old, now)));
  return [`Layer ${from} to ${to}`, [
    h("h1", {}, "What changed"), form,
    h("p", { class: "dim" }, jump(added, "added"), ", ", jump(removed, "removed"), ", ", jump(changed, "changed"), "."),
    section("Added", added, names("add")), section("Removed", removed, names("cut")),
    section("Changed", changed, (list) => h("div", {}, list.map(change))),
  ]];
}

/// The best first: the whole name, the name behind its namespace, the beginning of either, anywhere.
function rank(name, query) {
  const lower = name.toLowerCase();
  const last = lower.slice(lower.lastIndexOf(".") + 1);
  if (lower === query) return 0;
  if (last === query) return 1;
  if (lower.startsWith(query) || last.startsWith(query)) return 2;
  return lower.includes(query) ? 3 : 9;
}

function searchPage(text) {
  const query = text.trim().toLowerCase();
  const id = query.replace(/^(#|0x)/, "");
  const byId = /^[0-9a-f]{6,8}$/.test(id) ? sorted.filter((entry) => entry.forms.some((form) => form.id === id.padStart(8, "0"))) : [];
  const ranked = (list, gone) => list.map((it) => [rank(it.name, query), it]).filter(([rank]) => rank < 9)
    .sort(([a, x], [b, y]) => a - b || gone(x) - gone(y) || x.name.length - y.name.length || byName(x, y)).map(([, it]) => it);
  const names = byId.concat(ranked(sorted, isGone));
  const found = ranked([...types.keys()].map((name) => ({ name })), () => 0);
  const more = (list, most) => (list.length > most ? h("p", { class: "dim" }, `and ${list.length - most} more`) : "");
  return [`Search: ${text}`, [
    names.length + found.length ? [] : h("p", { class: "dim" }, "No name, type or id is like that."),
    section("Types", found, (list) => h("ul", { class: "chips" }, list.slice(0, 12).map(({ name }) =>
      h("li", {}, h("a", { href: href("type", name) }, name))))), more(found, 12),
    section("Names", names, (list) => rows(list.slice(0, 100))), more(names, 100),
  ]];
}

const missing = (name) => ["Not found", [h("h1", {}, "Not found"), h("p", {}, `No layer has ${name}.`)]];

// --- The way from an address to a page -----------------------------------------------------------------

const pages = {
  "": home, name: namePage, type: typePage, types: typesPage, functions: functionsPage,
  namespace: namespacePage, layer: layerPage, diff: diffPage, search: searchPage,
};
const page = document.getElementById("page");
const search = document.getElementById("search");

function show() {
  let parts;
  try {
    parts = location.hash.slice(2).split("/").map(decodeURIComponent);
  } catch {
    parts = [""];
  }
  const [kind, ...rest] = parts;
  const make = Object.hasOwn(pages, kind) ? pages[kind] : () => missing(location.hash);
  const [title, children] = make(...rest);
  document.title = title;
  page.replaceChildren(...children.flat(3).filter((child) => child !== ""));
  if (kind !== "search") search.value = "";
  else if (document.activeElement !== search) search.value = rest[0] ?? "";
  window.scrollTo(0, 0);
}

search.addEventListener("input", () => {
  const target = search.value.trim() ? href("search", search.value.trim()) : "#/";
  // While somebody types, the pages between are not for going back to.
  if (location.hash.startsWith("#/search/")) {
    history.replaceState(null, "", target);
    show();
  } else {
    location.hash = target;
  }
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") page.querySelector("a")?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search && !event.target.closest("input, select")) {
    event.preventDefault();
    search.focus();
  }
});
window.addEventListener("hashchange", show);
show();
