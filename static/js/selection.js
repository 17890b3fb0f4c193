/* Selecting rows: <form data-asc-selection>, its boxes input[name=learner] (anywhere, tied by form="…") and one [data-asc-page] for all.
   The selection outlives paging, sorting and searching: it is kept for the reader and the subtab that data-asc-selection names, wherever
   the page has come from, until forget.js forgets it; with names, so that it can be looked at and trimmed in [data-asc-selected].
   [data-asc-all] selects everyone that the list finds instead, for as long as it asks for the same: without one of them they are
   those who were seen, and the count says so. It is said in .asc-selbar__n, which is a live region; [data-asc-clear] takes every tick
   away. */

const KEPT = "asc-selection:"; // forget.js knows it too
const NOT_A_FILTER = ["page", "size", "sort", "open", "operation"];

const forms = () => document.querySelectorAll("form[data-asc-selection]");
const boxesOf = (form) => [...form.elements].filter((box) => box.name === "learner" && box.type === "checkbox");
const pageBoxOf = (form) => [...form.elements].find((box) => box.matches("[data-asc-page]"));
const allBoxOf = (form) => form.querySelector("[data-asc-all]");
const idOf = (box) => box.value.split(":")[0];
const nameOf = (box) => box.closest("label").textContent.trim().replace(/^Select /, "");
const entryOf = (box) => [idOf(box), { value: box.value, name: nameOf(box) }];
const inWords = (number) => number.toLocaleString("en");
const everyone = (form) => inWords(Number(allBoxOf(form).dataset.ascAll));

let lastPressed = null; // where a shift-click's range begins

/* What is asked of the list, in whatever order its address says it. */
function asked() {
  const query = new URLSearchParams(location.search);
  for (const name of NOT_A_FILTER) query.delete(name);
  return [...query].filter(([, value]) => value).map((pair) => pair.join("=")).sort().join("&");
}

/* {people: Map of id → {value, name}, all: what was asked when everyone was selected, else null} */
function kept(form) {
  const found = JSON.parse(sessionStorage.getItem(KEPT + form.dataset.ascSelection) ?? "{}");
  return { people: new Map(found.people ?? []), all: found.all ?? null };
}

function keep(form, { people, all }) {
  sessionStorage.setItem(KEPT + form.dataset.ascSelection, JSON.stringify({ people: [...people], all }));
}

/* The page as the selection has it: after it came, or after it was swapped in. */
function restore(form) {
  const selection = kept(form);
  if (selection.all !== asked()) selection.all = null;
  if (selection.all !== null && !allBoxOf(form)) {
    // a list of one page does not offer everyone: they are those on it, or nobody
    selection.people = new Map(boxesOf(form).map(entryOf));
    selection.all = null;
  }
  if (allBoxOf(form)) allBoxOf(form).checked = selection.all !== null;
  for (const box of boxesOf(form)) {
    if (box.defaultChecked || selection.people.has(idOf(box))) selection.people.set(...entryOf(box));
    box.defaultChecked = false; // counts once: who is unticked later is not ticked again by whatever is exchanged then
    box.checked = selection.all !== null || selection.people.has(idOf(box));
  }
  keep(form, selection);
  show(form, selection);
}

/* The selection as the page has it, after its boxes were pressed. */
function remember(form) {
  const selection = kept(form);
  for (const box of boxesOf(form)) {
    if (box.checked) selection.people.set(...entryOf(box));
    else selection.people.delete(idOf(box));
  }
  const isGivenUp = selection.all !== null && allBoxOf(form)?.checked === false;
  selection.all = allBoxOf(form)?.checked ? asked() : null;
  keep(form, selection);
  show(form, selection, isGivenUp);
}

function show(form, { people, all }, isGivenUp = false) {
  const boxes = boxesOf(form);
  const ticked = boxes.filter((box) => box.checked).length;
  const pageBox = pageBoxOf(form);
  if (pageBox) {
    pageBox.checked = ticked > 0 && ticked === boxes.length;
    pageBox.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  const words = form.querySelector("[data-asc-count]");
  const said = (isGivenUp && people.size ? `No longer all ${everyone(form)}: ` : "") + counted(form, people, all, ticked);
  if (words && words.textContent !== said) words.textContent = said;
  form.classList.toggle("has-selection", all !== null || people.size > 0);
  form.classList.toggle("may-select-all", all !== null || Boolean(pageBox?.checked));
  const chosen = form.querySelector("[data-asc-selected]");
  if (chosen) chosen.hidden = all !== null || people.size === 0;
}

function counted(form, people, all, ticked) {
  if (all !== null) return `All ${everyone(form)} selected`;
  if (people.size === 0) return "Nobody selected";
  return `${inWords(people.size)} selected` + (people.size > ticked ? `, ${inWords(ticked)} on this page` : "");
}

function list(chosen) {
  const label = ([id, { name }]) => {
    const line = document.createElement("label");
    line.className = "asc-menu__item";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", checked: true });
    box.dataset.ascKept = id;
    line.append(box, name);
    return line;
  };
  const names = [...kept(chosen.closest("form")).people].sort(([, one], [, other]) => one.name.localeCompare(other.name));
  const set = chosen.querySelector("fieldset");
  set.replaceChildren(set.querySelector("legend"), ...names.map(label));
}

function setRange(boxes, from, to) {
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
}

function clear(form) {
  keep(form, { people: new Map(), all: null });
  for (const box of boxesOf(form)) box.checked = false;
  restore(form);
  pageBoxOf(form)?.focus();
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const form = box.form;
  if (form?.matches?.("form[data-asc-selection]") && box.name === "learner") {
    const boxes = boxesOf(form);
    if (event.shiftKey && boxes.includes(lastPressed)) setRange(boxes, lastPressed, box);
    lastPressed = box;
    if (allBoxOf(form)) allBoxOf(form).checked = false; // without this one it is not everyone
    remember(form);
    return;
  }
  const cleared = box.closest?.("[data-asc-clear]")?.closest("form[data-asc-selection]");
  if (!cleared) return;
  event.preventDefault(); // without JavaScript it is a link to the same page
  clear(cleared);
});

document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.form;
  if (!form?.matches?.("form[data-asc-selection]")) return;
  if (box.dataset.ascKept) trim(form, box);
  else if (box.matches("[data-asc-page], [data-asc-all]")) {
    if (box.matches("[data-asc-page]") && allBoxOf(form)) allBoxOf(form).checked = false;
    for (const each of boxesOf(form)) each.checked = box.checked;
    remember(form);
  }
});

function trim(form, box) {
  const selection = kept(form);
  selection.people.delete(box.dataset.ascKept);
  keep(form, selection);
  for (const each of boxesOf(form)) if (idOf(each) === box.dataset.ascKept) each.checked = false;
  const next = box.closest("label").nextElementSibling ?? box.closest("label").previousElementSibling;
  box.closest("label").remove();
  show(form, selection);
  (next?.querySelector?.("input") ?? pageBoxOf(form))?.focus();
}

document.addEventListener(
  "toggle", // does not bubble, so it is caught on the way down
  (event) => {
    if (event.target.open && event.target.matches?.("[data-asc-selected]")) list(event.target);
  },
  true,
);

/* Those of other pages travel in one field; everyone travels as the address alone, and that of the list as it is by now. */
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt.form;
  if (!form?.matches?.("form[data-asc-selection]")) return;
  const { people, all } = kept(form);
  event.detail.path = event.detail.path.split("?")[0] + location.search;
  event.detail.formData.delete("learner");
  if (all === null && people.size) event.detail.formData.append("learner", [...people.values()].map(({ value }) => value).join(","));
});

const restoreAll = () => forms().forEach(restore);
/* On a slow connection a reader is faster than this script: what is ticked by now counts. */
for (const form of forms()) for (const box of boxesOf(form)) box.defaultChecked = box.checked;
restoreAll();
/* At once: a tick that is made before must not take away those that are not shown yet. */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.closest?.("#list, #filters, #select-all")) restoreAll();
});
window.addEventListener("pageshow", restoreAll); // the browser restores ticks when one goes back
