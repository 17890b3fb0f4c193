/* A list that is wider than its box stays at the columns that are looked at while it is sorted, paged and searched. */

let left = 0;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "list") left = event.detail.target.querySelector(".asc-scroll")?.scrollLeft ?? left;
});

document.addEventListener("htmx:afterSwap", () => {
  const box = document.querySelector("#list > .asc-scroll");
  if (box) box.scrollLeft = left;
});
