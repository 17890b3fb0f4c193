/* After a page of a list was turned the focus goes to the number of that page, where the link that was pressed is no more.
   After an action it goes to what happened: the heading marked [data-asc-focus], else the first field with an
   error, else the message. */

const TARGETS = ["[data-asc-focus], [aria-invalid='true']", "#messages p"];

function moveFocus(within) {
  if (within.querySelector?.("dialog[data-asc-modal]")) return; // a dialog looks after itself
  const target = TARGETS.map((selector) => within.querySelector?.(selector)).find(Boolean);
  if (!target) return;
  if (target.tabIndex < 0) target.tabIndex = -1; // what no key reaches can take the focus then
  target.focus();
}

moveFocus(document);
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest?.("[data-asc-poll]")) moveFocus(event.target);
});

let turned = null;
document.addEventListener("click", (event) => {
  turned = event.target.closest?.(".asc-pager a[hx-boost]") ?? turned;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!turned || turned.isConnected) return;
  if (document.activeElement === document.body) document.querySelector(".asc-pager__pages [aria-current='page']")?.focus();
  turned = null;
});
