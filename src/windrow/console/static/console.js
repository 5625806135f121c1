// What the pages do beyond links and forms: keys, relative times, colours, questions before what cannot be undone.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // Where one is stands in sight, also where the places do not fit side by side.
  const places = document.querySelector(".places");
  const here = places?.querySelector("[aria-current]");
  if (here) places.scrollLeft = here.offsetLeft - (places.clientWidth - here.clientWidth) / 2;

  // Relative times grow old while a page is open.
  const UNITS = [["day", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const tell = (seconds) => {
    const distance = Math.abs(seconds);
    if (distance < 5) return seconds > 0 ? "now" : "just now";
    const [unit, size] = UNITS.find(([, each]) => distance >= each);
    const count = Math.floor(distance / size);
    const told = `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
    return seconds > 0 ? `in ${told}` : `${told} ago`;
  };
  const renewTimes = () => {
    for (const each of document.querySelectorAll("time[data-relative]")) {
      const seconds = (Date.parse(each.dateTime) - Date.now()) / 1000;
      if (Math.abs(seconds) < 45 * 86400) each.textContent = tell(seconds);
    }
  };
  setInterval(renewTimes, 15000);

  // Colours: at once, and kept by the server for the next page.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.theme")) return;
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    for (const each of event.target.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === event.submitter));
    fetch("/theme", { method: "POST", body: new URLSearchParams({ theme, next: location.pathname }), redirect: "manual" });
    document.dispatchEvent(new Event("windrow:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("windrow:theme")));

  // Questions, and forms that are sent by a change.
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (asked && !confirm(asked.dataset.confirm)) event.preventDefault();
    if (event.target.closest("[data-shortcuts]")) showShortcuts();
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard.writeText(document.querySelector(copied.dataset.copy).textContent.trim());
  });
  // A problem leads to its line in the text.
  document.addEventListener("click", (event) => {
    const told = event.target.closest("[data-line]");
    const text = document.getElementById("document");
    if (!told || !text) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const line = Math.min(Number(told.dataset.line), lines.length);
    const begin = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const column = Number(told.dataset.column);
    text.focus();
    text.setSelectionRange(column ? begin + column - 1 : begin, begin + lines[line - 1].length);
    text.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(text).lineHeight));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-tick-all]")) {
      for (const each of event.target.closest("form").querySelectorAll("input[data-ticked]")) each.checked = event.target.checked;
    }
  });

  // Keys.
  const showShortcuts = () => document.getElementById("shortcuts")?.showModal();
  const PLACES = { o: "/", s: "/sources", t: "/tasks", d: "/schedules", k: "/calendar", r: "/runs", c: "/records", e: "/sequences", w: "/walkers", q: "/queue" };
  let going = 0;
  const rows = () => [...document.querySelectorAll("[data-list] > li, [data-list] > tbody > tr")];
  const mark = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((each) => each.classList.contains("marked"));
    const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step));
    all.forEach((each, place) => each.classList.toggle("marked", place === next));
    all[next].querySelector("a, button, input")?.focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("input, select, textarea, [contenteditable]") && !event.target.matches("input[type=checkbox], input[type=radio]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]") || event.target.closest(".leaflet-container")) return;
    if (going && PLACES[event.key]) {
      location.href = PLACES[event.key];
      return;
    }
    going = 0;
    if (event.key === "/") document.querySelector("[data-find-here], [data-find]")?.focus();
    else if (event.key === "?") showShortcuts();
    else if (event.key === "j" || event.key === "ArrowDown" && document.querySelector("[data-list] .marked")) mark(1);
    else if (event.key === "k" || event.key === "ArrowUp" && document.querySelector("[data-list] .marked")) mark(-1);
    else if (event.key === "g") {
      going = setTimeout(() => { going = 0; }, 1200);
      return;
    } else return;
    event.preventDefault();
  });

  // A list that renews itself keeps its marked row and its focus.
  let kept = "";
  let focus = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    const link = target?.querySelector?.(".marked a[href]");
    kept = link ? link.getAttribute("href") : "";
    const focused = target?.contains?.(document.activeElement) ? document.activeElement : null;
    focus = focused?.getAttribute("href") ?? "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (focus) document.querySelector(`main a[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    focus = "";
    if (!kept) return;
    const link = document.querySelector(`[data-list] a[href="${CSS.escape(kept)}"]`);
    link?.closest("li, tr")?.classList.add("marked");
    kept = "";
  });

  // A log follows its end, unless the reader has scrolled away from it.
  const log = document.getElementById("log");
  if (log) {
    let follows = true;
    log.scrollTop = log.scrollHeight;
    log.addEventListener("scroll", () => { follows = log.scrollHeight - log.scrollTop - log.clientHeight < 30; });
    new MutationObserver(() => { if (follows) log.scrollTop = log.scrollHeight; }).observe(log, { childList: true });
  }

  // Messages go away by themselves when the page moves on.
  document.addEventListener("htmx:afterRequest", (event) => {
    const messages = document.getElementById("messages");
    if (messages && event.detail.successful) messages.replaceChildren();
  });
})();
