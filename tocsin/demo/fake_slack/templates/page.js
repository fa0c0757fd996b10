// The page of the fake Slack: channels, threads, the app's home tab and modals, live; what is done here reaches the app.

import { draw } from "./blocks.js";
import { mrkdwn, node, plain } from "./mrkdwn.js";

const byId = (id) => document.getElementById(id);
const workspace = { me: "", users: {}, groups: {}, groupNames: {}, channels: {}, app: "Tocsin" };
const rooms = new Map(); // channel → Map(ts → message)
const unread = new Map();
const seen = new Set(); // messages that are not new any more
let ephemerals = [];
let place = ""; // a channel, or "home"
let thread = ""; // ts of the message whose thread is open
let home = null;
let modal = null;
let values = {}; // of the modal's inputs
let stale = false; // something waits for a menu to close

const events = {
  all(event) {
    Object.assign(workspace, event.workspace);
    rooms.clear();
    for (const channel of Object.keys(workspace.channels)) rooms.set(channel, new Map());
    for (const [channel, messages] of Object.entries(event.messages)) messages.forEach((one) => put(channel, one, true));
    ephemerals = event.ephemerals.map((one) => ({ ...one, after: last(one.channel) }));
    home = event.home;
    if (!place) go(Object.keys(workspace.channels)[0]);
    else redraw();
    show(event.modal);
  },
  message(event) {
    put(event.channel, event.message, false);
    if (event.channel === place && refreshed(event.message)) return drawThread(event.message);
    redraw(event.channel);
  },
  deleted(event) {
    rooms.get(event.channel)?.delete(event.ts);
    redraw(event.channel);
  },
  ephemeral(event) {
    if (event.user && event.user !== workspace.me) return;
    ephemerals.push({ ...event, after: last(event.channel) });
    if (place !== event.channel) toast(`Only visible to you: ${event.text}`);
    redraw(event.channel);
    if (place === event.channel) byId("content").querySelector(".ephemeral:last-of-type")?.scrollIntoView({ block: "end" });
  },
  home(event) {
    if (event.user === workspace.me) { home = event.view; redraw("home"); }
  },
  modal(event) {
    if (event.user === workspace.me) show(event.view);
  },
};

const last = (channel) => [...(rooms.get(channel)?.keys() || [])].pop() || "";

function put(channel, message, known) {
  const room = rooms.get(channel);
  if (!room) return;
  if (known) seen.add(message.ts);
  else if (!room.has(message.ts) && channel !== place) unread.set(channel, (unread.get(channel) || 0) + 1);
  room.set(message.ts, message);
}

// Drawing

function redraw(where = place) {
  sidebar();
  if (where !== place) return;
  if (place === "home") return drawHome();
  byId("place").textContent = `# ${workspace.channels[place] || ""}`;
  byId("composer").hidden = false;
  keepScroll(byId("scroll"), () => byId("content").replaceChildren(...timeline()));
  drawThread();
}

// A message that stands already is replaced alone; not under somebody's finger, while its menu is open.
function refreshed(one) {
  const root = rooms.get(place).get(one.thread_ts || one.ts);
  const standing = byId("content").querySelector(`[data-ts="${root?.ts}"]`);
  if (!standing) return false;
  if (standing.querySelector(".options:not([hidden])")) { stale = true; return true; }
  const focused = standing.contains(document.activeElement) && document.activeElement.dataset.action;
  const replies = [...rooms.get(place).values()].filter((other) => other.thread_ts === root.ts);
  const made = message(root, replies);
  keepScroll(byId("scroll"), () => standing.replaceWith(made));
  if (focused) made.querySelector(`[data-action="${focused}"]`)?.focus();
  return true;
}

function keepScroll(scroll, change) {
  const below = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
  change();
  if (below < 160) scroll.scrollTop = scroll.scrollHeight;
}

function sidebar() {
  byId("workspace").textContent = workspace.team || "";
  byId("team").textContent = (workspace.team || " ")[0];
  byId("channels").replaceChildren(...Object.entries(workspace.channels).map(([id, name]) => {
    const count = unread.get(id);
    const button = node("button", { class: `place${id === place ? " chosen" : ""}${count ? " unread" : ""}`, onclick: () => go(id) }, `# ${name}`);
    if (count) button.append(node("span", { class: "count" }, String(count)));
    return node("li", {}, button);
  }));
  byId("to-home").classList.toggle("chosen", place === "home");
}

function timeline() {
  const all = [...rooms.get(place).values()];
  const roots = all.filter((one) => !one.thread_ts);
  const shown = [];
  let day = "";
  shown.push(...ephemerals.filter((one) => one.channel === place && !one.after).map(drawEphemeral));
  for (const one of roots) {
    const date = new Date(Number(one.ts) * 1000).toDateString();
    if (date !== day) {
      day = date;
      shown.push(node("div", { class: "day" }, node("span", {}, date === new Date().toDateString() ? "Today" : date)));
    }
    shown.push(message(one, all.filter((other) => other.thread_ts === one.ts)));
    const under = [one.ts, ...all.filter((other) => other.thread_ts === one.ts).map((other) => other.ts)];
    shown.push(...ephemerals.filter((ephemeral) => ephemeral.channel === place && under.includes(ephemeral.after)).map(drawEphemeral));
  }
  return shown.length ? shown : [node("p", { class: "empty" }, "Nothing here yet. It will arrive by itself.")];
}

const clock = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function frame(one, author, bot, ...inside) {
  const face = node("div", { class: "face", "aria-hidden": "true" }, author[0]);
  if (!bot) face.style.background = "#2f6f4f";
  const head = node("div", {}, node("span", { class: "who" }, author), bot ? node("span", { class: "app" }, "APP") : " ", node("span", { class: "when" }, one.ts ? clock(one.ts) : ""));
  return node("article", { class: "message", "data-ts": one.ts || "" }, face, node("div", { class: "body" }, head, ...inside));
}

function message(one, replies) {
  const author = one.user ? workspace.users[one.user] || one.user : workspace.app;
  const made = frame(one, author, !one.user, ...content(one, one.ts));
  if (one.edited) made.querySelector(".body").append(node("span", { class: "edited" }, "(edited)"));
  if (!seen.has(one.ts)) { made.classList.add("fresh"); seen.add(one.ts); }
  if (replies.length) {
    const text = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
    const opener = node("button", { class: "replies", onclick: () => openThread(one.ts) }, node("span", { class: "face small" }, "T"), text, node("span", { class: "when" }, `Last reply ${clock(replies.at(-1).ts)}`));
    made.querySelector(".body").append(node("div", {}, opener));
  }
  return made;
}

function content(one, where) {
  if (!one.blocks?.length) return [mrkdwn(one.text, workspace)];
  return draw(one.blocks, workspace, acting(where), {});
}

function drawEphemeral(one) {
  const made = frame({}, workspace.app, true, ...content(one, ""));
  made.classList.add("ephemeral");
  made.prepend(node("div", { class: "eye" }, "👁 Only visible to you"));
  return made;
}

function drawThread(changed) {
  if (changed && ![changed.ts, changed.thread_ts].includes(thread)) return;
  if (byId("thread").querySelector(".options:not([hidden])")) { stale = true; return; }
  const root = thread && rooms.get(place)?.get(thread);
  byId("thread").hidden = !root;
  if (!root) return;
  const replies = [...rooms.get(place).values()].filter((one) => one.thread_ts === thread);
  const count = node("div", { class: "divided" }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`);
  byId("thread-content").replaceChildren(message(root, []), count, ...replies.map((one) => message(one, [])));
}

function drawHome() {
  byId("place").textContent = "Tocsin";
  byId("composer").hidden = true;
  byId("thread").hidden = true;
  const blocks = home ? draw(home.blocks, workspace, acting(home.id), {}) : [node("p", { class: "empty" }, "The app shows nothing here.")];
  byId("content").replaceChildren(node("div", { class: "message home" }, node("span"), node("div", { class: "body" }, ...blocks)));
}

function show(view) {
  const dialog = byId("modal");
  if (!view) { modal = null; if (dialog.open) dialog.close(); return; }
  if (!modal || modal.id !== view.id) values = {};
  modal = view;
  const inside = node("div", { class: "inside" }, ...draw(view.blocks, workspace, acting(view.id), values));
  const shut = node("button", { class: "button", type: "button", onclick: () => ask({ do: "close" }) }, view.close ? plain(view.close.text) : "Cancel");
  const send = view.submit ? node("button", { class: "button primary", type: "button", id: "submit" }, plain(view.submit.text)) : null;
  send?.addEventListener("click", () => submit(send));
  const corner = node("button", { class: "close", "aria-label": "Close", onclick: () => ask({ do: "close" }) }, "✕");
  dialog.replaceChildren(node("header", {}, node("h2", {}, plain(view.title.text)), corner), inside, node("footer", {}, shut, send));
  dialog.setAttribute("aria-label", plain(view.title.text));
  if (!dialog.open) dialog.showModal();
}

// Doing

async function ask(what, box) {
  box?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("do", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user: workspace.me, ...what }) });
    const result = await answer.json();
    if (result.problem) toast(result.problem);
    return result;
  } catch {
    toast("The fake Slack does not answer: has the demo ended?");
    return {};
  } finally {
    box?.removeAttribute("aria-busy");
  }
}

function acting(where) {
  return async (element, block, value, box) => {
    if (element.confirm && !(await sure(element.confirm))) return;
    await ask({ do: "tap", place: where, block: block.block_id || "", action: element.action_id, value, values }, box);
  };
}

async function submit(button) {
  const result = await ask({ do: "submit", values }, button);
  document.querySelectorAll("#modal .wrong").forEach((one) => { one.textContent = ""; });
  for (const [block, text] of Object.entries(result.errors || {})) {
    const slot = document.querySelector(`#modal [data-block="${CSS.escape(block)}"] .wrong`);
    if (slot) slot.textContent = text;
  }
}

function sure(asked) {
  const dialog = byId("confirm");
  return new Promise((done) => {
    const answer = (result) => { dialog.close(); done(result); };
    const yes = node("button", { class: `button ${asked.style || "primary"}`, onclick: () => answer(true) }, plain(asked.confirm.text));
    const no = node("button", { class: "button", onclick: () => answer(false) }, plain(asked.deny.text));
    dialog.replaceChildren(node("header", {}, node("h2", {}, plain(asked.title.text))), node("div", { class: "inside" }, mrkdwn(asked.text.text, workspace)), node("footer", {}, no, yes));
    dialog.oncancel = () => done(false);
    dialog.showModal();
  });
}

function go(where) {
  place = where;
  thread = "";
  unread.delete(where);
  document.body.classList.remove("choosing");
  byId("scroll").scrollTop = 0;
  redraw();
  if (where === "home") ask({ do: "home" });
  else byId("scroll").scrollTop = byId("scroll").scrollHeight;
}

function openThread(ts) {
  thread = ts;
  drawThread();
  const scroll = byId("thread").querySelector(".scroll");
  scroll.scrollTop = scroll.scrollHeight;
}

function toast(text) {
  const made = node("div", { class: "toast" }, text);
  byId("toasts").append(made);
  setTimeout(() => made.remove(), 6000);
}

byId("to-home").addEventListener("click", () => go("home"));
byId("to-side").addEventListener("click", () => document.body.classList.add("choosing"));
byId("close-thread").addEventListener("click", () => { thread = ""; drawThread(); });
byId("modal").addEventListener("cancel", (event) => { event.preventDefault(); ask({ do: "close" }); });
document.addEventListener("click", () => {
  document.querySelectorAll(".options").forEach((one) => { one.hidden = true; });
  if (stale) { stale = false; redraw(); }
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("typed").value.trim();
  if (!text) return;
  byId("typed").value = "";
  ask({ do: "type", channel: place, text });
});

const source = new EventSource("live");
source.onopen = () => { byId("live").textContent = "live"; byId("live").classList.add("on"); };
source.onerror = () => { byId("live").textContent = "connection lost"; byId("live").classList.remove("on"); };
source.onmessage = (message) => { const event = JSON.parse(message.data); events[event.kind]?.(event); };
