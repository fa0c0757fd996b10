// How does Slack show mrkdwn? Builds nodes, never HTML: what people wrote stays text.

const EMOJI = {
  rotating_light: "🚨", white_check_mark: "✅", warning: "⚠️", red_circle: "🔴", large_orange_circle: "🟠", bell: "🔔",
  large_blue_circle: "🔵", eyes: "👀", tada: "🎉", zzz: "💤", no_bell: "🔕", mega: "📣", clock1: "🕐", house: "🏠",
};
const PAIRS = { "*": "strong", "_": "em", "~": "s" };

export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function plain(text) {
  return (text || "").replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);
}

const entities = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function mrkdwn(text, workspace) {
  const box = node("div", { class: "mrkdwn" });
  const parts = (text || "").split(/```([\s\S]*?)```/);
  parts.forEach((part, place) => {
    if (place % 2) box.append(node("pre", {}, entities(part).replace(/^\n/, "")));
    else if (part) paragraphs(part, box, workspace);
  });
  return box;
}

function paragraphs(text, box, workspace) {
  let quote = null;
  text.split("\n").forEach((line, place) => {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (!quote) box.append((quote = node("blockquote")));
      else quote.append(node("br"));
      inline(quoted[1], quote, workspace);
      return;
    }
    if (place && !quote) box.append(node("br"));
    quote = null;
    inline(line, box, workspace);
  });
}

// A mark counts at a word's edge only, as in Slack: snake_case_names and 2*3*4 stay as they are.
const TOKEN = /<([^<>]+)>|`([^`\n]+)`|(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\3(?![\w])/;

function inline(text, box, workspace) {
  let rest = text;
  for (let found = rest.match(TOKEN); found; found = rest.match(TOKEN)) {
    box.append(plain(entities(rest.slice(0, found.index))));
    if (found[1] !== undefined) box.append(special(found[1], workspace));
    else if (found[2] !== undefined) box.append(node("code", {}, entities(found[2])));
    else {
      const inner = node(PAIRS[found[3]]);
      inline(found[4], inner, workspace);
      box.append(inner);
    }
    rest = rest.slice(found.index + found[0].length);
  }
  box.append(plain(entities(rest)));
}

function special(inside, workspace) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(workspace.users[target.slice(1)] || target.slice(1), target.slice(1) === workspace.me);
  if (target.startsWith("!subteam^")) {
    const group = target.slice(9);
    return mention(workspace.groupNames[group] || group, (workspace.groups[group] || []).includes(workspace.me));
  }
  if (target.startsWith("!date^")) return moment(target.slice(6).split("^"), label);
  if (target.startsWith("!")) return mention(target.slice(1), true);
  if (target.startsWith("#")) return node("a", {}, `#${workspace.channels[target.slice(1)] || target.slice(1)}`);
  return anchor(target, entities(label || target));
}

const mention = (name, me) => node("span", { class: me ? "mention me" : "mention" }, `@${name}`);

export function anchor(address, label) {
  const safe = /^(https?|mailto):/i.test(entities(address));
  return safe ? node("a", { href: entities(address), target: "_blank", rel: "noopener noreferrer" }, label) : label;
}

function moment([seconds, format, address], fallback) {
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime()) || !format) return fallback || "";
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => formatted(at, name) ?? whole);
  const time = node("time", { datetime: at.toISOString(), title: at.toLocaleString() }, text);
  return address ? node("a", { href: address }, time) : time;
}

export function formatted(at, name) {
  const say = (options) => new Intl.DateTimeFormat("en-GB", options).format(at);
  const pretty = (options) => nearby(at) || say(options);
  switch (name) {
    case "date_num": return say({ year: "numeric", month: "2-digit", day: "2-digit" });
    case "date": return say({ year: "numeric", month: "long", day: "numeric" });
    case "date_short": return say({ year: "numeric", month: "short", day: "numeric" });
    case "date_long": return say({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
    case "date_pretty": return pretty({ year: "numeric", month: "long", day: "numeric" });
    case "date_short_pretty": return pretty({ year: "numeric", month: "short", day: "numeric" });
    case "date_long_pretty": return pretty({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
    case "time": return say({ hour: "2-digit", minute: "2-digit" });
    case "time_secs": return say({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    case "ago": return ago(at);
    default: return undefined;
  }
}

function nearby(at) {
  const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate()).getTime();
  const days = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

function ago(at) {
  const minutes = Math.round((Date.now() - at.getTime()) / 60_000);
  if (Math.abs(minutes) < 60) return `${minutes} minutes ago`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1440)} days ago`;
}
