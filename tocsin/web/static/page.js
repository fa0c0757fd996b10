"use strict";

const board = document.getElementById("board");
if (board && "EventSource" in window) {
  const moved = document.getElementById("moved");
  const state = document.getElementById("state");
  const search = document.getElementById("q");
  let asked = 0;

  async function refresh() {
    const mine = ++asked;
    const answer = await fetch(board.dataset.from, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.reload();
    const text = await answer.text();
    if (mine !== asked) return;
    const within = board.contains(document.activeElement) && document.activeElement.getAttribute("href");
    board.innerHTML = text;
    if (within) [...board.querySelectorAll("a")].find(link => link.getAttribute("href") === within)?.focus();
  }

  function choose() {
    const wanted = new URLSearchParams({ q: search.value, state: state.value });
    board.dataset.from = "/board?" + wanted;
    history.replaceState(null, "", "/?" + wanted);
    refresh();
  }

  state.addEventListener("change", choose);
  search.addEventListener("input", choose);
  const events = new EventSource(board.dataset.events);
  events.addEventListener("message", event => {
    const said = JSON.parse(event.data).moved;
    if (said.length) moved.textContent = said.join(". ");
    refresh();
  });
}

const study = document.getElementById("tuning");
if (study) setTimeout(() => location.reload(), 2000);

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => form.setAttribute("aria-busy", "true"));
}

const first = document.querySelector("[data-focus]");
if (first) first.focus();
