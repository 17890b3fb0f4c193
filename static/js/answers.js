/* What becomes of an answer that is not what htmx asked for.
   A request that was led elsewhere (the session ended: the login page) is followed as a page instead of being put into a corner of
   this one. A poll ([data-asc-poll]) never disturbs: it waits while its menu is open or the page is hidden, and an answer it did not
   expect, or that would exchange what is being pressed, is dropped. */

const isPoll = (element) => Boolean(element?.matches?.("[data-asc-poll]"));

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt: element, requestConfig } = event.detail;
  if (element.matches("[data-asc-poll]") && (document.hidden || element.querySelector("details[open]"))) event.preventDefault();
  /* what a menu shows is asked for when it opens, not when it closes */
  if (requestConfig.triggeringEvent?.type === "toggle" && !requestConfig.triggeringEvent.target.open) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo, requestConfig, shouldSwap } = event.detail;
  if (!shouldSwap) return;
  const asked = new URL(pathInfo.finalRequestPath ?? pathInfo.requestPath, location.href).pathname;
  const answered = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
  const ledElsewhere = asked !== answered;
  if (isPoll(requestConfig.elt)) {
    if (ledElsewhere || xhr.status >= 300 || requestConfig.elt.querySelector("details[open], :active")) event.detail.shouldSwap = false;
  } else if (ledElsewhere) {
    event.detail.shouldSwap = false;
    /* asking for this page again lets the server send the reader to the login, and back here afterwards */
    if (requestConfig.verb === "get") location.reload();
    else location.assign(xhr.responseURL);
  }
});
