/* Filters of a list, over menus.js: an address without empty fields; ticks that were set while the numbers came stay;
   and when a filter or its pill goes away under the reader, the focus goes to the head of its menu. */

let left = null; // what was last pressed, and the filter that it is of
let ticks = null; // what was ticked in a menu that is being replaced

const formOf = (element) => element?.form ?? element;

document.addEventListener("htmx:configRequest", (event) => {
  if (formOf(event.detail.elt)?.id !== "list-query") return;
  const given = event.detail.formData;
  for (const [name, value] of [...given]) if (value === "") given.delete(name);
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("[data-asc-facet] :is(a, button[type=submit]), #filter-pills > a");
  left = pressed && { pressed, facet: pressed.closest("[data-asc-facet]")?.dataset.ascFacet };
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const menu = event.detail.target;
  if (menu.matches(".asc-menu__list")) ticks = new Map([...menu.querySelectorAll("input[type=checkbox]")].map((box) => [box.value, box.checked]));
});

function tickAgain() {
  const menu = document.querySelector(".asc-filter[open] > .asc-menu__list");
  for (const box of menu?.querySelectorAll("input[type=checkbox]") ?? []) box.checked = ticks.get(box.value) ?? box.checked;
  ticks = null;
}

document.addEventListener("htmx:afterSettle", () => {
  if (ticks) return tickAgain();
  if (!left || left.pressed.isConnected) return;
  for (const selector of [`#filter-${left.facet}-head`, "#filters > summary", "#list-q"]) {
    if (document.activeElement === document.body) document.querySelector(selector)?.focus();
  }
  left = null;
});
