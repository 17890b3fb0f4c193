/* The menu by which a list is sorted on a phone closes when one of its lines was pressed and gives the focus to its head; what the list is
   sorted by then is said, since the head says it anew while it has the focus. */

let pressed = null;

document.addEventListener("click", (event) => {
  const line = event.target.closest?.(".asc-sorts a");
  if (!line || !event.defaultPrevented) return; // not one that opens in a tab of its own
  pressed = line;
  const menu = line.closest("details");
  if (!menu.open) return; // asked for again by looks.js: the reader is elsewhere by now
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!pressed || pressed.isConnected) return;
  pressed = null;
  const said = document.querySelector("#sort-head b");
  if (said) document.getElementById("announcer").textContent = `Sorted by ${said.textContent}`;
});
