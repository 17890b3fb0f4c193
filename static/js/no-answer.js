/* Nobody answers: said where the reader is, in the dialog or above the page, and gone with the next answer. A poll says nothing. */

const isPoll = (event) => Boolean(event.detail.requestConfig.elt?.closest?.("[data-asc-poll]"));

for (const silence of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(silence, (event) => {
    if (isPoll(event)) return;
    document.getElementById("no-answer")?.remove();
    const banner = document.getElementById("no-answer-banner").content.firstElementChild.cloneNode(true);
    (document.querySelector("dialog[open] .asc-dialog__body") ?? document.getElementById("messages")).prepend(banner);
    document.getElementById("announcer").textContent = banner.textContent.trim();
  });
}

document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!isPoll(event)) document.getElementById("no-answer")?.remove();
});
