/* Search and filters of a list, over menus.js and answers.js: an address without empty fields; what was set while the numbers came
   stays; numbers that do not come are a link; a day that holds a search back is shown; and when a filter or its pill goes away under
   the reader, or a menu has done its work, the focus goes to the head of the menu. */

const overTheList = matchMedia("(min-width: 48.01rem)"); // as in menus.css: on a phone a menu opens in the page

let left = null; // what was last pressed, and the menu and the filter that it is of
let set = null; // what was set in a menu that is being replaced, and which

const isTick = (field) => field.type === "checkbox";
const keyOf = (field) => `${field.name}=${isTick(field) ? field.value : ""}`;
const formOf = (element) => element?.form ?? element;

document.addEventListener("htmx:configRequest", (event) => {
  if (formOf(event.detail.elt)?.id !== "list-query") return;
  const given = event.detail.formData;
  for (const [name, value] of [...given]) if (value === "") given.delete(name);
});

/* A day typed in part is not sent, nor is anything else with it: a menu that is closed would tell nobody why. */
document.addEventListener(
  "invalid", // does not bubble
  (event) => {
    if (event.target.form?.id !== "list-query") return;
    for (let menu = event.target.closest("details"); menu; menu = menu.parentElement.closest("details")) menu.open = true;
  },
  true,
);

document.addEventListener("htmx:validation:halted", (event) => {
  if (event.target.id === "list-query") event.target.reportValidity(); // the browser itself does so only when a button was pressed
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".asc-filter button[type=submit], [data-asc-facet] a, #filter-pills > a");
  const entered = !event.detail && document.activeElement.closest(".asc-filter"); // Enter in a field clicks the first Apply of all
  const menu = entered || pressed?.closest(".asc-filter");
  left = pressed && { pressed, menu, facet: (menu || pressed.closest("[data-asc-facet]"))?.dataset.ascFacet };
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const menu = event.detail.target;
  if (!event.detail.shouldSwap || !menu.matches(".asc-filter__set")) return;
  set = { id: menu.id };
  set.fields = new Map([...menu.querySelectorAll("input")].map((field) => [keyOf(field), isTick(field) ? field.checked : field.value]));
});

/* At once: whatever is pressed after this counts. */
document.addEventListener("htmx:afterSwap", () => {
  if (!set) return;
  for (const field of document.querySelectorAll(`#${set.id} input`)) {
    const was = set.fields.get(keyOf(field));
    if (was !== undefined) field[isTick(field) ? "checked" : "value"] = was;
  }
  set = null;
});

/* A menu that the reader is in stays when a list comes that it was not pressed for; its head is told with the next one. The others
   are exchanged one by one then: what was ticked in them may be in force no more. */
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target: filters, fragment } = event.detail;
  if (filters.id !== "filters") return;
  const isUsed = (menu) => menu.open && menu.dataset.ascFacet !== left?.facet;
  const menus = [...filters.querySelectorAll(".asc-filter")];
  if (!menus.some(isUsed)) return;
  event.detail.shouldSwap = false;
  filters.querySelector("summary").replaceChildren(...fragment.querySelector("summary").childNodes);
  for (const menu of menus) {
    if (isUsed(menu)) continue;
    const fresh = fragment.querySelector(`#${menu.id}`);
    menu.replaceWith(fresh);
    htmx.process(fresh);
  }
});

/* A menu whose filters are in force now does not stand over what they found. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "list" || !left?.menu?.isConnected) return;
  const { menu } = left;
  const isLost = document.activeElement === document.body || menu.contains(document.activeElement);
  if (overTheList.matches) menu.open = false;
  if (isLost && !menu.open) menu.querySelector("summary").focus();
  left = null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!left || left.pressed.isConnected) return;
  for (const selector of [`#filter-${left.facet}-head`, "#filters > summary", "#list-q"]) {
    if (document.activeElement === document.body) document.querySelector(selector)?.focus();
  }
  left = null;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt: menu, successful } = event.detail;
  if (menu.matches(".asc-filter__set")) menu.classList.toggle("is-uncounted", !successful);
});

/* On a slow connection a reader is faster than the scripts: what is typed by now is asked for. */
document.addEventListener(
  "htmx:load",
  () => {
    const search = document.getElementById("list-q");
    if (search && search.value !== search.defaultValue) search.form.requestSubmit();
  },
  { once: true },
);
