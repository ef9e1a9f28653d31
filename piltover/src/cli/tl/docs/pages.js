// The pages. Each is a function of a schema and of what stands behind it in the address, to a title and children.
"use strict";

/// How much a schema holds, in a sentence.
function extent(schema) {
  const { layers, newest, entries, sorted, hasLayers } = schema;
  if (!hasLayers) return `${count(entries.size, "name")}.`;
  const forms = sorted.reduce((sum, entry) => sum + entry.forms.length, 0);
  return `${count(layers.length, "layer")}, ${layers[0]} to ${newest}: ${count(entries.size, "name")} in ${count(forms, "form")}.`;
}

/// The page of the site for the API, else that of a schema that is small enough to stand on one.
function home(schema) {
  return schema === API ? apiPage() : schemaPage(schema);
}

function apiPage() {
  const other = (schema) => h("li", {}, h("a", { href: href(schema) }, schema.title), dim(`${schema.about} ${extent(schema)}`));
  return ["TL layers", [
    h("h1", {}, "Telegram\u2019s schema, layer by layer"),
    h("p", { class: "dim" }, extent(API)),
    h("h2", {}, "Beside the API"), h("ul", { class: "list" }, OTHERS.map(other)),
    h("h2", {}, "Namespaces"), namespaceChips(API),
    h("h2", {}, "Layers"), layerTable(API),
  ]];
}

/// The whole schema: the newest form of everything.
function schemaPage(schema) {
  const blocks = (list) => h("div", { class: "blocks" }, newestForms(list));
  const byType = (list) => {
    const types = new Map();
    for (const entry of list) listOf(types, entry.type).push(entry);
    return [...types].sort().map(([type, list]) => [h("h3", { class: "type" }, typeLink(schema, type)), blocks(list)]);
  };
  return [schema.title, [
    h("h1", {}, schema.title),
    h("p", { class: "dim" }, `${schema.about} ${extent(schema)}`),
    h("div", { class: "facts" }, h("span", {}, `from ${schema.source}`)),
    schema.hasLayers ? [h("h2", {}, "Layers"), layerTable(schema)] : [],
    section("Functions", ofKind(schema.sorted, "f"), blocks),
    section("Constructors", ofKind(schema.sorted, "c"), byType),
  ]];
}

function namespacePage(schema, name) {
  const list = schema.sorted.filter((entry) => namespaceOf(entry.name) === (name === "none" ? "" : name));
  const title = name === "none" ? "Without a namespace" : name;
  return [title, [
    h("h1", {}, title),
    section("Functions", ofKind(list, "f"), columns),
    section("Constructors", ofKind(list, "c"), columns),
  ]];
}

function typesPage(schema) {
  const list = [...schema.types.keys()].sort().map((name) => ({ name, all: schema.types.get(name) }));
  const item = ({ name, all }) => h("li", all.every(isGone) ? { class: "gone" } : {}, typeLink(schema, name), dim(` ${all.length}`));
  return ["Types", [h("h1", {}, "Types"), h("p", { class: "dim" }, `${count(list.length, "type")}, each with its number of constructors.`),
    h("ul", { class: "columns" }, list.map(item))]];
}

function functionsPage(schema) {
  const spaces = new Map();
  for (const entry of ofKind(schema.sorted, "f")) listOf(spaces, namespaceOf(entry.name)).push(entry);
  return ["Functions", [h("h1", {}, "Functions"), namespaceChips(schema),
    [...spaces].sort().map(([name, list]) => section(name || "Without a namespace", list, columns))]];
}

function typePage(schema, name) {
  const all = schema.types.get(name);
  if (!all) return missing(schema, name);
  const usersOf = (name) => schema.uses.get(name) ?? [];
  const users = [...new Set(usersOf(name).concat(...all.map((entry) => usersOf(entry.name))))].sort(byName);
  const answers = (entry) => entry.kind === "f" && namesIn(entry.type).includes(name);
  const takes = (entry) => newestForm(entry).fields.some((field) => namesIn(field.type).includes(name));
  return [name, [
    h("h1", { class: "name" }, name),
    h("div", { class: "facts" }, h("span", {}, "type"), h("span", {}, count(all.length, "constructor")),
      schemaFact(schema), namesakes(schema, "type", name)),
    newestForms(all.filter((entry) => !isGone(entry)).sort(byName)),
    section("Older constructors", all.filter(isGone).sort(byName), rows),
    section("Answers of", users.filter(answers), columns),
    section("In fields of", users.filter(takes), columns),
  ]];
}

/// Of which schema something is; not said of what the API has.
const schemaFact = (schema) => (schema === API ? "" : h("a", { href: href(schema) }, schema.title));

function namePage(schema, name) {
  const entry = schema.entries.get(name) ?? schema.sorted.find((entry) => entry.aliases.includes(name));
  if (!entry) return missing(schema, name);
  const form = newestForm(entry);
  const space = namespaceOf(entry.name);
  return [entry.name, [
    h("h1", { class: "name" }, entry.name),
    h("div", { class: "facts" },
      h("span", {}, entry.kind === "f" ? "function" : "constructor of ", entry.kind === "f" ? "" : typed(schema, entry.type)),
      schema.hasLayers ? h("span", {}, inLayers(runsOf(entry))) : "",
      h("span", { class: "mono" }, form.id && `#${form.id}`),
      schema === API ? h("a", { href: href(schema, "namespace", space || "none") }, space || "no namespace") : schemaFact(schema),
      namesakes(schema, "name", entry.name)),
    isGone(entry) ? h("p", { class: "cut" }, `Gone since layer ${schema.layers[schema.place.get(lastLayer(form)) + 1]}.`) : "",
    tl(form),
    schema.hasLayers ? [h("h2", {}, "History"), versions(entry)] : [],
    section("Named as a bare type by", schema.uses.get(entry.name) ?? [], columns),
  ]];
}

/// What happened to an entry, newest first. A form that came back stands in several runs: each is an event of its own.
function versions({ schema: { place }, forms }) {
  const events = forms.flatMap((form) => form.runs.map((run) => ({ form, run })));
  events.sort((a, b) => a.run[0] - b.run[0]);
  const version = ({ form, run }, index) => {
    const before = events[index - 1];
    const parts = before ? compare(before.form, form) : [];
    const what = before ? partList(parts) : h("p", { class: "dim" }, place.get(run[0]) ? "Added." : "In the oldest layer here.");
    const gap = before && place.get(run[0]) > place.get(before.run[1]) + 1;
    return h("div", { class: "version" },
      h("h3", {}, inLayers([run]).replace("l", "L"), h("span", { class: "mono" }, form.id && `#${form.id}`)),
      form.alias ? h("p", { class: "dim" }, "Also called ", h("span", { class: "mono" }, form.alias), ".") : "",
      gap ? h("p", { class: "dim" }, `Not there between ${before.run[1]} and ${run[0]}.`) : "",
      what, h("details", {}, h("summary", {}, "Text"), tl(form)));
  };
  return events.map(version).reverse();
}

function layerPage(schema, text) {
  const { layers, newest, place } = schema;
  const layer = Number(text);
  if (!schema.hasLayers || !place.has(layer)) return missing(schema, `layer ${text}`);
  const list = schema.sorted.filter((entry) => formIn(entry, layer));
  const before = layers[place.get(layer) - 1];
  return [`Layer ${layer}`, [
    h("h1", {}, `Layer ${layer}`),
    h("div", { class: "facts" }, schemaFact(schema), h("span", {}, schema.rows[place.get(layer)].source ?? ""),
      before ? h("a", { href: href(schema, "diff", before, layer) }, `changes since ${before}`) : "",
      layer === newest ? "" : h("a", { href: href(schema, "diff", layer, newest) }, `changes up to ${newest}`)),
    section("Functions", ofKind(list, "f"), columns),
    section("Constructors", ofKind(list, "c"), columns),
  ]];
}

function diffPage(schema, first, second, filter = "") {
  const { layers, newest, place } = schema;
  if (!schema.hasLayers) return missing(schema, "layer");
  const from = place.has(Number(first)) ? Number(first) : layers[Math.max(0, layers.length - 2)];
  const to = place.has(Number(second)) ? Number(second) : newest;
  const pick = (name, chosen) => h("select", { name, "aria-label": name, onchange: go },
    layers.map((layer) => h("option", { value: layer, selected: layer === chosen ? "" : undefined }, `${layer}`)));
  function go() {
    const value = (name) => form.elements[name].value;
    const only = value("only") ? [value("only")] : [];
    location.hash = href(schema, "diff", value("from"), value("to"), ...only);
  }
  const only = h("input", { name: "only", value: filter, placeholder: "Only names with \u2026", "aria-label": "only", onchange: go });
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); go(); } }, pick("from", from), "to", pick("to", to),
    h("button", { type: "button", title: "the other way", onclick: () => { location.hash = href(schema, "diff", to, from); } }, "\u21c4"), only);
  const added = [], removed = [], changed = [];
  for (const entry of schema.sorted.filter((entry) => entry.name.toLowerCase().includes(filter.toLowerCase()))) {
    const [old, now] = [formIn(entry, from), formIn(entry, to)];
    if (now && !old) added.push(now);
    else if (old && !now) removed.push(old);
    else if (old !== now) changed.push([old, now]);
  }
  const names = (kind) => (list) => h("ul", { class: "columns" }, list.map((form) => h("li", { class: kind }, link(form))));
  const jump = (list, what) => {
    const go = (event) => {
      event.preventDefault();
      const headings = [...page.querySelectorAll("h2")];
      headings.find((heading) => heading.textContent.toLowerCase().startsWith(what))?.scrollIntoView();
    };
    return list.length ? h("a", { href: location.hash, onclick: go }, `${list.length} ${what}`) : `0 ${what}`;
  };
  const change = ([old, now]) => h("div", { class: "version" },
    h("h3", {}, link(now), h("span", { class: "mono" }, old.id === now.id ? `#${now.id}` : `#${old.id} \u2192 #${now.id}`)),
    partList(compare(old, now)));
  return [`Layer ${from} to ${to}`, [
    h("h1", {}, "What changed"), h("div", { class: "facts" }, schemaFact(schema)), form,
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

/// What is found in all schemas; of equal hits, the API's stand first.
function searchPage(_, text = "") {
  const query = text.trim().toLowerCase();
  const id = query.replace(/^(#|0x)/, "");
  const all = [...SCHEMAS.values()];
  const entries = all.flatMap((schema) => schema.sorted);
  const types = all.flatMap((schema) => [...schema.types.keys()].map((name) => ({ schema, name })));
  const byId = /^[0-9a-f]{6,8}$/.test(id) ? entries.filter((entry) => entry.forms.some((form) => form.id === id.padStart(8, "0"))) : [];
  const best = ({ name, aliases = [] }) => Math.min(...[name, ...aliases].map((name) => rank(name, query)));
  const ranked = (list, gone) => list.map((it) => [best(it), it]).filter(([rank]) => rank < 9)
    .sort(([a, x], [b, y]) => a - b || gone(x) - gone(y) || x.name.length - y.name.length || byName(x, y)).map(([, it]) => it);
  const names = byId.concat(ranked(entries, isGone));
  const found = ranked(types, () => 0);
  const more = (list, most) => (list.length > most ? h("p", { class: "dim" }, `and ${list.length - most} more`) : "");
  const chip = ({ schema, name }) => h("li", {}, h("a", { href: href(schema, "type", name) }, name, dim(schema.title)));
  return [`Search: ${text}`, [
    names.length + found.length ? [] : h("p", { class: "dim" }, "No name, type or id is like that."),
    section("Types", found, (list) => h("ul", { class: "chips" }, list.slice(0, 12).map(chip))), more(found, 12),
    section("Names", names, (list) => rows(list.slice(0, 100), tag)), more(names, 100),
  ]];
}

const missing = (schema, name) => ["Not found", [h("h1", {}, "Not found"), h("p", {}, `There is no ${name} in ${schema.whole}.`)]];
