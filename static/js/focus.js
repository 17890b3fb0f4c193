/* After an action the focus goes to what happened: the heading marked [data-asc-focus], else to the first field with an error. */

function moveFocus(within) {
  if (within.querySelector?.("dialog[data-asc-modal]")) return; // a dialog looks after itself
  const target = within.querySelector?.("[data-asc-focus], [aria-invalid='true']");
  if (!target) return;
  if (target.hasAttribute("data-asc-focus") && !target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus();
}

moveFocus(document);
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest?.("[data-asc-poll]")) moveFocus(event.target);
});
