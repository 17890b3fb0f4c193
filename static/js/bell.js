/* The count of the bell is said when it has grown. */

let unread = Number(document.querySelector("[data-asc-unread]")?.dataset.ascUnread ?? 0);

document.addEventListener("htmx:afterSwap", () => {
  const bell = document.querySelector("[data-asc-unread]");
  if (!bell) return;
  const now = Number(bell.dataset.ascUnread);
  if (now > unread) document.getElementById("announcer").textContent = bell.getAttribute("aria-label");
  unread = now;
});
