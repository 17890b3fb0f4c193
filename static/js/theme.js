/* Light, dark, or what the system says. In <head> and not deferred: the choice has to be there before the first paint. */
(() => {
  "use strict";

  const KEY = "asc-theme";
  const root = document.documentElement;

  function chosen() {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      return "system"; // storage can be forbidden; the page follows the system then
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts as long as this page
    }
  }

  /* "system" removes the attribute: the stylesheet follows the system by itself. */
  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
    else delete root.dataset.bsTheme;
    tell();
  }

  function tell() {
    const theme = root.dataset.bsTheme ?? "system";
    for (const button of document.querySelectorAll("[data-asc-theme]"))
      button.setAttribute("aria-pressed", String(button.dataset.ascTheme === theme));
  }

  apply(chosen());
  document.addEventListener("DOMContentLoaded", () => apply(chosen()));
  document.addEventListener("htmx:afterSwap", tell); // the menu may have come anew
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-asc-theme]");
    if (!button) return;
    remember(button.dataset.ascTheme);
    apply(button.dataset.ascTheme);
  });
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply(chosen());
  });
})();
