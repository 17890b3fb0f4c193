/* What is asked for by the way ([data-asc-look]: a rehearsal, the numbers of a filter) neither takes anything away nor spoils a press. */

const isLook = (element) => Boolean(element?.matches?.("[data-asc-look]"));

/* One that failed changes nothing, wherever its answer came from: decided on the way down, before answers.js. */
document.addEventListener(
  "htmx:beforeSwap",
  (event) => {
    const { xhr, requestConfig } = event.detail;
    if (isLook(requestConfig.elt) && xhr.status >= 400) event.detail.shouldSwap = false;
  },
  true,
);

/* A press is one only if it ends where it began: what comes in the middle of one, and would move things there, is asked for again
   after it. */
const ENDS = ["keyup", "pointerup", "pointercancel"];

document.addEventListener("htmx:beforeSwap", (event) => {
  const asking = event.detail.requestConfig.elt;
  if (!event.detail.shouldSwap || !isLook(asking)) return;
  if (!asking.closest("dialog, details")?.querySelector(":active")) return;
  event.detail.shouldSwap = false;
  const again = () => {
    for (const end of ENDS) document.removeEventListener(end, again, true);
    setTimeout(() => htmx.trigger(asking, "asc:again")); // when the press has done what it does
  };
  for (const end of ENDS) document.addEventListener(end, again, true);
});

/* An email that is being read stays open while the rehearsal around it comes anew. */
let isReading = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  isReading = Boolean(event.detail.target.querySelector?.("#letter[open]"));
});
document.addEventListener("htmx:afterSwap", () => {
  const letter = document.getElementById("letter");
  if (isReading && letter) letter.open = true;
});
