/* What is asked for by the way ([data-asc-look]: a rehearsal, the numbers of a filter) neither takes anything away nor spoils a press;
   nor does a list that comes while something in it is pressed. */

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

let asked = 0; // requests for lists: of two the later one counts
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "list") asked += 1;
});

function whatItWouldMove({ requestConfig: { elt: asking }, target }) {
  if (isLook(asking)) return [asking.closest("dialog, details")];
  return target.id === "list" ? [target, document.getElementById("sort-links")] : [];
}

function askAgain(asking) {
  if (isLook(asking)) htmx.trigger(asking, "asc:again");
  else if (asking.matches("form")) asking.requestSubmit();
  else asking.click();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const asking = event.detail.requestConfig.elt;
  if (!event.detail.shouldSwap || !whatItWouldMove(event.detail).some((place) => place?.querySelector(":active"))) return;
  event.detail.shouldSwap = false;
  const before = asked;
  const again = () => {
    for (const end of ENDS) document.removeEventListener(end, again, true);
    // when the press has done what it does, which may have been to ask for something newer
    setTimeout(() => (isLook(asking) || asked === before) && askAgain(asking));
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

/* What has changed by it is said in a place that stays, since what is exchanged is not spoken. */
document.addEventListener("htmx:afterSettle", (event) => {
  const place = isLook(event.detail.requestConfig?.elt) && document.getElementById("looked");
  if (!place) return;
  const said = [...document.querySelectorAll("#dialog-about, #rehearsal h3")].map((part) => part.innerText.trim()).join(". ");
  if (place.textContent !== said) place.textContent = said;
});
