/* Selecting rows: <form data-asc-selection>, its boxes input[name=learner] (anywhere, tied by form="…") and one [data-asc-page] for all.
   The count is said in .asc-selbar__n, which is a live region; [data-asc-clear] takes every tick away. */

const forms = () => document.querySelectorAll("form[data-asc-selection]");
const boxesOf = (form) => [...form.elements].filter((box) => box.name === "learner" && box.type === "checkbox");
const pageBoxOf = (form) => [...form.elements].find((box) => box.matches("[data-asc-page]"));

let lastPressed = null; // where a shift-click's range begins

function show(form) {
  const boxes = boxesOf(form);
  const count = boxes.filter((box) => box.checked).length;
  const pageBox = pageBoxOf(form);
  if (pageBox) {
    pageBox.checked = count > 0 && count === boxes.length;
    pageBox.indeterminate = count > 0 && count < boxes.length;
  }
  const words = form.querySelector("[data-asc-count]");
  if (words) words.textContent = count ? `${count.toLocaleString("en")} selected` : "Nobody selected";
  form.classList.toggle("has-selection", count > 0);
}

const showAll = () => forms().forEach(show);

function setRange(boxes, from, to) {
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const form = box.form;
  if (form?.matches?.("form[data-asc-selection]") && box.name === "learner") {
    const boxes = boxesOf(form);
    if (event.shiftKey && boxes.includes(lastPressed)) setRange(boxes, lastPressed, box);
    lastPressed = box;
    show(form);
    return;
  }
  const clear = box.closest?.("[data-asc-clear]");
  const cleared = clear?.closest("form[data-asc-selection]");
  if (!cleared) return;
  event.preventDefault(); // without JavaScript it is a link to the same page
  for (const each of boxesOf(cleared)) each.checked = false;
  show(cleared);
  pageBoxOf(cleared)?.focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches?.("form[data-asc-selection]")) return;
  if (event.target.matches("[data-asc-page]")) for (const box of boxesOf(form)) box.checked = event.target.checked;
  show(form);
});

showAll();
document.addEventListener("htmx:afterSettle", showAll);
window.addEventListener("pageshow", showAll); // the browser restores ticks when one goes back
