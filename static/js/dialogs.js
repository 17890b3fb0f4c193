/* <dialog open data-asc-modal> stands open in the page without JavaScript; here it becomes modal.
   It may come with the page, or by htmx into #dialog. Closing gives the focus back:
   to what opened it, or to the element that data-asc-return names. */

const openers = new WeakMap();

function showModal(dialog, opener) {
  if (dialog.matches(":modal")) return;
  openers.set(dialog, opener);
  for (const menu of document.querySelectorAll("details.asc-menu[open]")) menu.open = false; // it has done its work
  dialog.removeAttribute("open");
  dialog.showModal();
  firstStop(dialog)?.focus();
}

/* What is wrong, what is asked for, or the way back: a confirmation is never one press of Enter away. Without JavaScript it is the
   heading, which the page itself says. */
function firstStop(dialog) {
  return (
    dialog.querySelector("[aria-invalid='true']") ??
    dialog.querySelector(".asc-dialog__body :is(input:not([type='hidden']), select, textarea)") ??
    dialog.querySelector(".asc-dialog__foot [data-asc-close]")
  );
}

function giveFocusBack(dialog) {
  const opener = openers.get(dialog);
  const named = dialog.dataset.ascReturn && document.querySelector(dialog.dataset.ascReturn);
  const target = opener?.isConnected ? opener : named;
  if (!target) return;
  const closedMenu = target.closest("details:not([open])");
  (closedMenu?.querySelector("summary") ?? target).focus();
}

for (const dialog of document.querySelectorAll("dialog[data-asc-modal]")) showModal(dialog, null);

document.addEventListener("htmx:afterSwap", (event) => {
  const opener = event.detail.requestConfig?.elt ?? document.activeElement;
  const pressed = event.detail.requestConfig?.triggeringEvent?.submitter;
  for (const dialog of document.querySelectorAll("dialog[data-asc-modal][open]")) showModal(dialog, pressed ?? opener);
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-asc-close]");
  const dialog = closer?.closest("dialog");
  if (!dialog?.open) return;
  event.preventDefault(); // without JavaScript it is a link to the page below
  dialog.close();
});

/* "close" does not bubble, so it is caught on the way down. */
document.addEventListener(
  "close",
  (event) => {
    const dialog = event.target;
    if (!dialog.matches?.("dialog[data-asc-modal]")) return;
    const below = dialog.querySelector("a[data-asc-close]");
    if (below && !openers.get(dialog)) history.replaceState(history.state, "", below.href); // the address was the dialog's; now it is the page's
    giveFocusBack(dialog);
    for (const asking of dialog.querySelectorAll("[hx-post]")) htmx.trigger(asking, "htmx:abort");
    dialog.remove();
  },
  true,
);
