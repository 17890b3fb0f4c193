/* After a page of a list was turned the focus goes to the number of that page, where the link that was pressed is no more. */

let turned = null;

document.addEventListener("click", (event) => {
  turned = event.target.closest?.(".asc-pager a[hx-boost]") ?? turned;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!turned || turned.isConnected) return;
  if (document.activeElement === document.body) document.querySelector(".asc-pager__pages [aria-current='page']")?.focus();
  turned = null;
});
