/* Nobody answers: said where the reader is, in the dialog or above the page, and gone with the next answer. A poll says nothing.
   The banner is an alert of its own, outside of any live region, which would say it a second time; what lies outside of a modal
   dialog is not read at all. */

const isPoll = (event) => Boolean(event.detail.requestConfig.elt?.matches?.("[data-asc-poll]"));

for (const silence of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(silence, (event) => {
    if (isPoll(event)) return;
    document.getElementById("no-answer")?.remove();
    const banner = document.getElementById("no-answer-banner").content.firstElementChild.cloneNode(true);
    const body = document.querySelector("dialog[open] .asc-dialog__body");
    if (body) body.prepend(banner);
    else document.getElementById("messages").before(banner);
    banner.scrollIntoView({ block: "nearest" });
  });
}

document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!isPoll(event)) document.getElementById("no-answer")?.remove();
});
