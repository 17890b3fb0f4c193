/* After an action the focus goes to what happened: a refusal, the heading marked [data-asc-focus] or the first field with an error,
   whichever comes first, else the message. What a poll ends with, in [data-asc-said], is told to who is elsewhere. */

const TARGETS = [".asc-alert, [data-asc-focus], [aria-invalid='true']", "#messages p"];

function moveFocus(within) {
  if (within.querySelector?.("dialog[data-asc-modal]")) return; // a dialog looks after itself
  const target = TARGETS.map((selector) => within.querySelector?.(selector)).find(Boolean);
  if (!target) return;
  if (target.tabIndex < 0) target.tabIndex = -1; // what no key reaches can take the focus then
  target.focus();
}

moveFocus(document);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest?.("[data-asc-poll]")) return;
  // the last answer to a poll tells what came of it, but to nobody who is elsewhere by now
  const wasPoll = event.detail.requestConfig?.elt?.closest?.("[data-asc-poll]");
  if (!wasPoll || document.activeElement.matches("body, main")) moveFocus(event.target);
  const said = wasPoll && !event.target.contains(document.activeElement) && event.target.querySelector("[data-asc-said]");
  if (said) document.getElementById("announcer").textContent = said.innerText;
});
