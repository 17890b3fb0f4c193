/* What selection.js keeps is forgotten after a press that is done, by another reader, and by logging out. */

const KEPT = "asc-selection:"; // as selection.js begins its keys; the reader and the address of the subtab follow
const DONE = "asc-selection-done";

const keptKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT));

/* A press that is done has used the selection up, on every subtab of its certification. */
function forgetWhatIsDone() {
  const operation = new URLSearchParams(location.search).get("operation");
  if (!operation || !document.getElementById("result") || sessionStorage.getItem(DONE) === operation) return;
  const place = location.pathname.replace(/[^/]+\/$/, "");
  for (const key of keptKeys()) if (key.slice(key.lastIndexOf(":") + 1).startsWith(place)) sessionStorage.removeItem(key);
  sessionStorage.setItem(DONE, operation);
}

/* Names that another reader ticked in this tab are not for this one. */
function forgetOthers() {
  const reader = document.querySelector("form[data-asc-selection]")?.dataset.ascSelection.split(":")[0];
  if (reader) for (const key of keptKeys()) if (!key.startsWith(`${KEPT}${reader}:`)) sessionStorage.removeItem(key);
}

forgetWhatIsDone();
forgetOthers();

/* Who logs out leaves no names. */
document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/logout/")) sessionStorage.clear();
});
