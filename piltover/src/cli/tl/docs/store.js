// The store: what is known of each schema. data.js has each as a table: kind, layers, text.
"use strict";

/// What the schemas are called; `whole` goes on in a sentence.
const CALLED = {
  api: { title: "API", whole: "the API\u2019s schema", about: "What clients ask for, and what they are answered." },
  mtproto: { title: "MTProto", whole: "the service schema", about: "The key exchange and the service messages." },
  secret: { title: "Secret chats", whole: "the schema of secret chats", about: "What clients encrypt for each other." },
};

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

const standsIn = (form, layer) => form.runs.some(([first, last]) => first <= layer && layer <= last);
const lastLayer = (form) => form.runs[form.runs.length - 1][1];
const formIn = (entry, layer) => entry.forms.find((form) => standsIn(form, layer));
const newestForm = (entry) => entry.forms[entry.forms.length - 1];
const isGone = (entry) => lastLayer(newestForm(entry)) < entry.schema.newest;
const namesIn = (type) => type.match(/[A-Za-z][\w.]*/g) ?? [];
const namespaceOf = (name) => (name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "");
const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const ofKind = (list, kind) => list.filter((entry) => entry.kind === kind);

/// The list of a key, made if there is none.
function listOf(map, key) {
  if (!map.has(key)) map.set(key, []);
  return map.get(key);
}

/// A schema by its table. Every entry, and every form of it, has its schema, since others have the same names.
function readSchema({ key, layers, source, names, table }) {
  const schema = {
    key, ...CALLED[key], source, rows: layers,
    layers: layers.map((it) => it.layer),
    newest: layers[layers.length - 1].layer,
    place: new Map(layers.map(({ layer }, index) => [layer, index])),
    /// The service schema has none: its one layer is no number that anybody names.
    hasLayers: layers.length > 1,
    /// name -> { schema, name, kind, forms, type, aliases }, the forms oldest first.
    entries: new Map(),
    /// type -> the entries of its constructors.
    types: new Map(),
    /// A name of a type or a constructor -> the entries that name it in a field, or as an answer.
    uses: new Map(),
  };
  for (const line of table.trimEnd().split("\n")) {
    const [kind, runs, text] = line.split("\t");
    const form = Object.assign(parse(text), { schema, runs: parseRuns(runs) });
    // What the schema file calls the form, where it has the layer behind the name.
    form.alias = names[form.id];
    if (!schema.entries.has(form.name)) schema.entries.set(form.name, { schema, name: form.name, kind, forms: [] });
    schema.entries.get(form.name).forms.push(form);
  }
  for (const entry of schema.entries.values()) {
    entry.forms.sort((a, b) => lastLayer(a) - lastLayer(b));
    const form = newestForm(entry);
    entry.type = form.result;
    entry.aliases = entry.forms.flatMap((form) => form.alias ?? []);
    if (entry.kind === "c") listOf(schema.types, entry.type).push(entry);
    if (isGone(entry)) continue;
    const named = form.fields.flatMap((field) => namesIn(field.type));
    for (const name of new Set(entry.kind === "f" ? named.concat(namesIn(form.result)) : named)) {
      listOf(schema.uses, name).push(entry);
    }
  }
  schema.sorted = [...schema.entries.values()].sort(byName);
  return schema;
}

const SCHEMAS = new Map(TL.schemas.map((data) => [data.key, readSchema(data)]));
const API = SCHEMAS.get("api");
const OTHERS = [...SCHEMAS.values()].filter((schema) => schema !== API);

/// The layers of all forms together.
function runsOf({ schema: { layers }, forms }) {
  const stands = layers.map((layer) => forms.some((form) => standsIn(form, layer)));
  const runs = [];
  stands.forEach((is, index) => {
    if (is && stands[index - 1]) runs[runs.length - 1][1] = layers[index];
    else if (is) runs.push([layers[index], layers[index]]);
  });
  return runs;
}

/// Each layer's numbers of constructors and functions, and its types.
function countLayers({ sorted, layers, place }) {
  const numbers = layers.map(() => ({ c: 0, f: 0, types: new Set() }));
  for (const entry of sorted) {
    for (const form of entry.forms) {
      for (const [first, last] of form.runs) {
        for (let index = place.get(first); index <= place.get(last); index++) {
          numbers[index][entry.kind] += 1;
          if (entry.kind === "c") numbers[index].types.add(form.result);
        }
      }
    }
  }
  return numbers;
}

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
