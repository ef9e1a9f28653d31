// The way from an address to a page, and the box for searching.
"use strict";

const pages = {
  "": home, name: namePage, type: typePage, types: typesPage, functions: functionsPage,
  namespace: namespacePage, layer: layerPage, diff: diffPage, search: searchPage,
};
const page = document.getElementById("page");
const search = document.getElementById("search");

/// `#/name/user` is a page of the API, `#/secret/name/photoSize` one of another schema.
function show() {
  let parts;
  try {
    parts = location.hash.slice(2).split("/").map(decodeURIComponent);
  } catch {
    parts = [""];
  }
  const schema = SCHEMAS.get(parts[0]) ?? API;
  if (SCHEMAS.has(parts[0])) parts.shift();
  const [kind = "", ...rest] = parts;
  const make = Object.hasOwn(pages, kind) ? pages[kind] : () => missing(schema, location.hash);
  const [title, children] = make(schema, ...rest);
  document.title = schema === API || !kind ? title : `${title} \u00b7 ${schema.title}`;
  page.replaceChildren(...children.flat(4).filter((child) => child !== ""));
  if (kind !== "search") search.value = "";
  else if (document.activeElement !== search) search.value = rest[0] ?? "";
  window.scrollTo(0, 0);
}

search.addEventListener("input", () => {
  const target = search.value.trim() ? href(API, "search", search.value.trim()) : "#/";
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
