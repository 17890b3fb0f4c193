/* Menus are <details class="asc-menu"> and open by themselves. This adds how they close: a press elsewhere, Tab out of them, Esc. */

const openMenus = () => document.querySelectorAll("details.asc-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

/* A press on the words of a box gives the focus to what is around the menu first: the reader is still in there. */
document.addEventListener("focusin", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target) && !target.contains(menu)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    event.preventDefault(); // one press closes one layer: the dialog below stays
  }
});
