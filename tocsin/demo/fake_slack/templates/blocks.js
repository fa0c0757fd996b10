// How does Slack draw Block Kit? `act(element, block, value, button)` is called when an element is used.

import { anchor, formatted, mrkdwn, node, plain } from "./mrkdwn.js";

export function draw(blocks, workspace, act, values) {
  return blocks.map((block) => (DRAWN[block.type] || unknown)(block, workspace, act, values));
}

const words = (text, workspace) =>
  text.type === "mrkdwn" ? mrkdwn(text.text, workspace) : node("div", { class: "plain" }, plain(text.text));

const frame = (block, ...children) =>
  node("div", { class: `block ${block.type}`, "data-block": block.block_id || "" }, ...children);

const DRAWN = {
  header: (block) => frame(block, plain(block.text.text)),
  divider: (block) => frame(block),
  section(block, workspace, act) {
    const inside = node("div", { class: "words" });
    if (block.text) inside.append(words(block.text, workspace));
    if (block.fields) inside.append(node("div", { class: "fields" }, ...block.fields.map((one) => words(one, workspace))));
    const beside = block.accessory ? element(block.accessory, block, workspace, act) : null;
    return frame(block, inside, beside && node("div", { class: "accessory" }, beside));
  },
  context: (block, workspace) =>
    frame(block, ...block.elements.map((one) => (one.type === "image" ? picture(one, workspace) : words(one, workspace)))),
  actions: (block, workspace, act) => frame(block, ...block.elements.map((one) => element(one, block, workspace, act))),
  image: (block, workspace) =>
    frame(block, block.title ? node("div", { class: "title" }, plain(block.title.text)) : null, picture(block, workspace)),
  input: (block, workspace, act, values) => input(block, workspace, act, values),
  rich_text: (block, workspace) => frame(block, ...block.elements.map((one) => rich(one, workspace))),
};

const unknown = (block) => node("div", { class: "block context" }, `(a block of type ${block.type})`);

function picture(part) {
  const source = part.slack_file ? `files/${part.slack_file.id}` : part.image_url;
  return node("img", { src: source, alt: part.alt_text, loading: "lazy" });
}

function element(part, block, workspace, act) {
  const made = ELEMENTS[part.type];
  return made ? made(part, block, workspace, act) : node("span", { class: "hint" }, `(${part.type})`);
}

const chooser = (part, block, workspace, act) =>
  field(part, block, workspace, initial(part), (value, box) => act(part, block, value, box));

const ELEMENTS = {
  image: (part, _block, workspace) => picture(part, workspace),
  button(part, block, workspace, act) {
    const made = node("button", { class: `button ${part.style || ""}`, type: "button", "aria-label": part.accessibility_label, "data-action": part.action_id }, plain(part.text.text));
    made.addEventListener("click", () => {
      if (part.url && /^https?:/i.test(part.url)) window.open(part.url, "_blank", "noopener");
      act(part, block, part.value, made);
    });
    return made;
  },
  overflow(part, block, workspace, act) {
    const opener = node("button", { class: "button", type: "button", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": part.action_id }, "•••");
    const list = node("ul", { class: "options", role: "menu", hidden: true });
    for (const one of part.options) {
      const choose = () => { list.hidden = true; act(part, block, one.value, opener); };
      list.append(node("li", {}, node("button", { type: "button", role: "menuitem", onclick: choose }, plain(one.text.text))));
    }
    opener.addEventListener("click", (event) => {
      event.stopPropagation();
      const shown = list.hidden;
      document.querySelectorAll(".options").forEach((other) => { other.hidden = true; });
      list.hidden = !shown;
    });
    return node("div", { class: "more" }, opener, list);
  },
  static_select: chooser,
  users_select: chooser,
  radio_buttons: chooser,
  checkboxes: chooser,
  datepicker: chooser,
  timepicker: chooser,
};

export function initial(part) {
  if (part.initial_options) return part.initial_options.map((one) => one.value);
  if (part.initial_option) return part.initial_option.value;
  return part.initial_value ?? part.initial_user ?? part.initial_date ?? part.initial_time ?? part.initial_date_time ?? "";
}

const optionsOf = (part) => [...(part.options || []), ...(part.option_groups || []).flatMap((group) => group.options)];

function field(part, block, workspace, value, changed, name = part.action_id) {
  const take = (event) => changed(event.target.value, event.target);
  const common = { class: "field", id: `f-${block.block_id}-${part.action_id}`, placeholder: part.placeholder && part.placeholder.text };
  switch (part.type) {
    case "plain_text_input": {
      const made = node(part.multiline ? "textarea" : "input", { ...common, rows: 4, maxlength: part.max_length, oninput: take });
      made.value = value;
      return made;
    }
    case "number_input":
      return node("input", { ...common, inputmode: "decimal", value, oninput: take });
    case "static_select":
    case "users_select": {
      const known = part.type === "users_select" ? Object.entries(workspace.users) : optionsOf(part).map((one) => [one.value, plain(one.text.text)]);
      const made = node("select", { ...common, onchange: take });
      if (!value) made.append(node("option", { value: "", disabled: true, selected: true }, (part.placeholder && part.placeholder.text) || "Choose an option"));
      for (const [key, shown] of known) made.append(node("option", { value: key, selected: key === value }, shown));
      return made;
    }
    case "radio_buttons":
    case "checkboxes":
      return choices(part, workspace, value, changed, `${block.block_id}-${name}`);
    case "datepicker": return node("input", { ...common, type: "date", value, onchange: take });
    case "timepicker": return node("input", { ...common, type: "time", value, onchange: take });
    case "datetimepicker": {
      const local = value ? new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
      return node("input", { ...common, type: "datetime-local", value: local, onchange: (event) => changed(Math.round(new Date(event.target.value).getTime() / 1000), event.target) });
    }
    default: return node("span", { class: "hint" }, `(${part.type})`);
  }
}

function choices(part, workspace, value, changed, name) {
  const many = part.type === "checkboxes";
  const chosen = new Set(many ? value || [] : [value]);
  return node("div", {}, ...optionsOf(part).map((one) => {
    const box = node("input", { type: many ? "checkbox" : "radio", name, value: one.value, checked: chosen.has(one.value) });
    box.addEventListener("change", () => {
      if (many) box.checked ? chosen.add(one.value) : chosen.delete(one.value);
      changed(many ? [...chosen] : one.value, box);
    });
    const said = node("span", {}, words(one.text, workspace), one.description ? node("span", { class: "hint" }, plain(one.description.text)) : null);
    return node("label", { class: "choice" }, box, said);
  }));
}

function input(block, workspace, act, values) {
  const part = block.element;
  const mine = (values[block.block_id] ||= {});
  const value = mine[part.action_id] ?? initial(part);
  const changed = (now, box) => {
    mine[part.action_id] = now;
    if (block.dispatch_action) act(part, block, now, box);
  };
  const optional = block.optional ? node("span", { class: "optional" }, " (optional)") : null;
  const label = node("label", { for: `f-${block.block_id}-${part.action_id}` }, plain(block.label.text), optional);
  const hint = block.hint ? node("div", { class: "hint" }, plain(block.hint.text)) : null;
  return frame(block, label, field(part, block, workspace, value, changed), hint, node("div", { class: "wrong", role: "alert" }));
}

function rich(part, workspace) {
  const inside = () => part.elements.map((one) => (one.type === "rich_text_section" ? rich(one, workspace) : run(one, workspace)));
  switch (part.type) {
    case "rich_text_quote": return node("blockquote", {}, ...inside());
    case "rich_text_preformatted": return node("pre", {}, ...inside());
    case "rich_text_list":
      return node(part.style === "ordered" ? "ol" : "ul", {}, ...part.elements.map((one) => node("li", {}, rich(one, workspace))));
    default: return node("div", {}, ...inside());
  }
}

function run(part, workspace) {
  const style = part.style || {};
  let made = RUNS[part.type] ? RUNS[part.type](part, workspace) : `(${part.type})`;
  for (const [name, tag] of [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["code", "code"]]) {
    if (style[name]) made = node(tag, {}, made);
  }
  return made;
}

const RUNS = {
  text: (part) => part.text,
  link: (part) => anchor(part.url, part.text || part.url),
  emoji: (part) => plain(`:${part.name}:`),
  user: (part, workspace) => mrkdwn(`<@${part.user_id}>`, workspace).firstChild,
  usergroup: (part, workspace) => mrkdwn(`<!subteam^${part.usergroup_id}>`, workspace).firstChild,
  broadcast: (part, workspace) => mrkdwn(`<!${part.range}>`, workspace).firstChild,
  date: (part) => part.format.replace(/\{(\w+)\}/g, (whole, name) => formatted(new Date(part.timestamp * 1000), name) ?? whole),
};
