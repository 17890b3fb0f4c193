/* What selection.js keeps is forgotten after a press of it that is done, by another reader, and by logging out. So is a whole page that
   the browser has kept. */

const KEPT = "asc-selection:"; // as selection.js begins its keys; the reader and the address of the subtab follow
const PRESS = "asc-selection-press"; // of the selection: OPENED with its dialog, then the operation that it makes
const OPENED = "opened";

const keptKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT));

/* Whether a press is of the selection is known by the form that opened its dialog: a message ledger opens the same one. What is
   refused comes back as the same operation. */
function note(form) {
  if (form.matches("form[data-asc-selection]")) sessionStorage.setItem(PRESS, OPENED);
  else if (!form.closest("dialog")) sessionStorage.removeItem(PRESS);
  else if (sessionStorage.getItem(PRESS) === OPENED) sessionStorage.setItem(PRESS, form.elements.op_id?.value ?? OPENED);
}

/* One that is done has used the selection up, on every subtab of its certification. A link to a result has not. */
function forgetWhatIsDone() {
  const operation = new URLSearchParams(location.search).get("operation");
  if (!operation || !document.getElementById("result") || sessionStorage.getItem(PRESS) !== operation) return;
  const place = location.pathname.replace(/[^/]+\/$/, "");
  for (const key of keptKeys()) if (key.slice(key.lastIndexOf(":") + 1).startsWith(place)) sessionStorage.removeItem(key);
  sessionStorage.removeItem(PRESS);
}

/* Names that another reader ticked in this tab are not for this one. */
function forgetOthers() {
  const reader = document.querySelector("form[data-asc-selection]")?.dataset.ascSelection.split(":")[0];
  if (reader) for (const key of keptKeys()) if (!key.startsWith(`${KEPT}${reader}:`)) sessionStorage.removeItem(key);
}

forgetWhatIsDone();
forgetOthers();

/* A button that opens a dialog by htmx submits nothing. */
document.addEventListener("htmx:configRequest", (event) => {
  const { elt: button, verb } = event.detail;
  if (verb === "post" && button.form) note(button.form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") === "post") note(form);
  if (form.action?.endsWith("/logout/")) sessionStorage.clear(); // who logs out leaves no names
});

/* A page that comes back as it was left shows what is no more: a dialog that was pressed, or the names of who has logged out. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
