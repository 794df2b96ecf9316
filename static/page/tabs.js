/** Tabs: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/. */

/**
 * Let the tabs of a list show their panels, by pointer and by arrow keys.
 * @param {HTMLElement} list - Its tabs name their panels in `aria-controls`.
 */
export function watchTabs(list) {
  const tabs = [...list.querySelectorAll("[role=tab]")].filter((each) => each instanceof HTMLElement);
  for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    const next = tabs[(at + by + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });

  /** @param {HTMLElement} chosen */
  function choose(chosen) {
    for (const tab of tabs) {
      const selected = tab === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !selected;
    }
  }
}
