/* What becomes of an answer that is not what htmx asked for.
   A request that was led elsewhere (the session ended: the login page) is followed as a page instead of being put into a corner of this one.
   A poll ([data-asc-poll]) never disturbs: it waits while its menu is open or the page is hidden, and an answer it did not expect is dropped. So is one to what lies inside of it. */

const isPoll = (element) => Boolean(element?.closest?.("[data-asc-poll]"));

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: element, requestConfig } = event.detail;
  if (element.matches("[data-asc-poll]") && (document.hidden || element.querySelector("details[open]"))) event.preventDefault();
  /* what a menu shows is asked for when it opens, not when it closes */
  if (requestConfig.triggeringEvent?.type === "toggle" && !requestConfig.triggeringEvent.target.open) event.preventDefault();
});

/* What is asked for by the way ([data-asc-look]) is no reason to take anything away: a rehearsal that failed leaves the dialog as it is. */
const isLook = (element) => Boolean(element?.matches?.("[data-asc-look]"));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo, requestConfig } = event.detail;
  if (isLook(requestConfig.elt) && xhr.status >= 400) {
    event.detail.shouldSwap = false;
    return;
  }
  const asked = new URL(pathInfo.finalRequestPath ?? pathInfo.requestPath, location.href).pathname;
  const answered = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
  const ledElsewhere = asked !== answered;
  if (isPoll(requestConfig.elt)) {
    if (ledElsewhere || xhr.status >= 300 || requestConfig.elt.querySelector("details[open]")) event.detail.shouldSwap = false;
  } else if (ledElsewhere) {
    event.detail.shouldSwap = false;
    /* asking for this page again lets the server send the reader to the login, and back here afterwards */
    if (requestConfig.verb === "get") location.reload();
    else location.assign(xhr.responseURL);
  }
});

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

/* Nobody answers: said where the reader is, in the dialog or above the page, and gone with the next answer. */
for (const silence of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(silence, (event) => {
    if (isPoll(event.detail.requestConfig.elt)) return;
    document.getElementById("no-answer")?.remove();
    const banner = document.getElementById("no-answer-banner").content.firstElementChild.cloneNode(true);
    (document.querySelector("dialog[open] .asc-dialog__body") ?? document.getElementById("messages")).prepend(banner);
    document.getElementById("announcer").textContent = banner.textContent.trim();
  });
}
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!isPoll(event.detail.requestConfig.elt)) document.getElementById("no-answer")?.remove();
});

/* The count of the bell is said when it has grown. */
let unread = Number(document.querySelector("[data-asc-unread]")?.dataset.ascUnread ?? 0);
document.addEventListener("htmx:afterSwap", () => {
  const bell = document.querySelector("[data-asc-unread]");
  if (!bell) return;
  const now = Number(bell.dataset.ascUnread);
  if (now > unread) document.getElementById("announcer").textContent = bell.getAttribute("aria-label");
  unread = now;
});
