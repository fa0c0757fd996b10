"use strict";

const board = document.getElementById("board");
if (board && "EventSource" in window) {
  const changes = document.getElementById("changes");
  const state = document.getElementById("state");
  const search = document.getElementById("q");
  let requests = 0;

  async function refresh() {
    const request = ++requests;
    const answer = await fetch(board.dataset.from, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const text = await answer.text();
    if (request !== requests) return;
    const focused = board.contains(document.activeElement) && document.activeElement.getAttribute("href");
    board.innerHTML = text;
    if (focused) [...board.querySelectorAll("a")].find(link => link.getAttribute("href") === focused)?.focus();
  }

  function filter() {
    const query = new URLSearchParams({ q: search.value, state: state.value });
    board.dataset.from = "/board?" + query;
    history.replaceState(null, "", "/?" + query);
    refresh();
  }

  state.addEventListener("change", filter);
  search.addEventListener("input", filter);
  const events = new EventSource(board.dataset.events);
  events.addEventListener("message", event => {
    const changed = JSON.parse(event.data).changed;
    if (changed.length) changes.textContent = changed.join(". ");
    refresh();
  });
}

const tuning = document.getElementById("tuning");
if (tuning) setTimeout(() => location.reload(), 2000);

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => form.setAttribute("aria-busy", "true"));
}

const first = document.querySelector("[data-focus]");
if (first) first.focus();

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (own) {
    event.preventDefault();
    own.click();
  }
});
