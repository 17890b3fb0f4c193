/* [data-asc-dismiss], the cross of a result, leads to the list as it is by now: a search since the page came has changed the address. */

document.addEventListener("click", (event) => {
  const cross = event.target.closest?.("[data-asc-dismiss]");
  if (!cross) return;
  const asked = new URLSearchParams(location.search);
  asked.delete("operation");
  cross.search = asked;
});
