// Shows what the inbox has received. Every text from a message becomes a text node, never markup.

const KINDS = { all: "All", mail: "Mails", alert: "Alerts", webhook: "Webhooks" };
const MARKS = { alert: "#", webhook: "{}" };
const SHOWN = 500;
const EVERY = 1000;

const messages = [];
const read = new Set();
let kind = "all";
let tab = "Mail";
let now = null;
let over = false;

const at = (id) => document.getElementById(id);
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const whole = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

function make(tag, properties = {}, ...children) {
  const { className, ...attributes } = properties;
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function face(message) {
  if (message.kind !== "mail") return make("span", { className: `face square ${message.kind}`, "aria-hidden": "true" }, MARKS[message.kind]);
  const hue = [...message.to].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  const circle = make("span", { className: "face", "aria-hidden": "true" }, [...message.to.toUpperCase()][0] ?? "?");
  circle.style.setProperty("--hue", hue);
  return circle;
}

// ---- the list ------------------------------------------------------------------------------------------------------

function shown() {
  return messages.filter((message) => kind === "all" || message.kind === kind);
}

function selected() {
  const id = Number(location.hash.slice(1));
  return messages.find((message) => message.id === id);
}

function drawKinds() {
  const count = (name) => messages.filter((message) => name === "all" || message.kind === name).length;
  const choose = (name) => () => { kind = name; draw(); };
  const button = (name) => make("button", { type: "button", "aria-pressed": String(name === kind), onclick: choose(name) },
    name === "all" ? null : make("span", { className: `dot ${name}` }), KINDS[name], make("b", {}, String(count(name))));
  const focused = [...at("kinds").children].indexOf(document.activeElement);
  at("kinds").replaceChildren(...Object.keys(KINDS).map(button));
  at("kinds").children[focused]?.focus();
}

function drawRows() {
  const current = selected();
  const rows = [];
  let last = "";
  for (const message of shown().slice(-SHOWN).reverse()) {
    const today = day.format(new Date(message.at));
    if (today !== last) rows.push(make("li", { className: "day" }, last = today));
    rows.push(make("li", {}, row(message, message === current)));
  }
  const focused = document.activeElement?.getAttribute("href");
  at("rows").replaceChildren(...rows);
  if (focused?.startsWith("#")) at("rows").querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  at("none").hidden = rows.length > 0;
}

function row(message, current) {
  return make("a", { className: read.has(message.id) ? "row" : "row new", href: `#${message.id}`, "aria-current": String(current) },
    face(message),
    make("span", {},
      make("span", { className: "top-line" },
        make("span", { className: "who" }, message.kind === "mail" ? `To ${message.to}` : message.to),
        make("time", { datetime: message.at }, time.format(new Date(message.at)))),
      make("span", { className: "title" }, message.title),
      make("span", { className: "preview" }, message.preview)));
}

// ---- the message ---------------------------------------------------------------------------------------------------

function drawReader() {
  const message = selected();
  document.body.classList.toggle("reading", Boolean(message));
  if (!message) return at("reader").replaceChildren(make("p", { className: "quiet" }, "Choose a message to read it."));
  read.add(message.id);
  const views = { mail: mailView, alert: alertView, webhook: webhookView };
  at("reader").replaceChildren(make("a", { className: "back", href: "#" }, "‹ All messages"), ...views[message.kind](message));
  at("reader").scrollTop = 0;
}

function about(message) {
  return make("div", { className: "about" }, face(message),
    make("div", {}, make("strong", {}, message.sender || "?"), make("span", {}, `to ${message.to}`)),
    make("time", { datetime: message.at }, whole.format(new Date(message.at))));
}

function mailView(message) {
  const sheets = { Mail: htmlSheet, Text: textSheet, Headers: headerSheet };
  const choose = (name) => () => { tab = name; drawReader(); at("reader").querySelector("[aria-selected=true]").focus(); };
  const button = (name) => make("button", { type: "button", role: "tab", "aria-selected": String(name === tab), onclick: choose(name) }, name);
  return [make("h1", {}, message.title), about(message),
    make("div", { className: "tabs", role: "tablist" }, ...Object.keys(sheets).map(button)), sheets[tab](message)];
}

function htmlSheet(message) {
  if (!message.html) return textSheet(message);
  return make("div", { className: "sheet" },
    make("iframe", { src: `/mail/${message.id}`, title: "The mail as its recipient sees it", sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer" }));
}

function textSheet(message) {
  return make("div", { className: "sheet" }, make("pre", {}, message.text || "This mail has no text part."));
}

function headerSheet(message) {
  const lines = message.headers.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("div", { className: "sheet low" }, make("dl", {}, ...lines));
}

function alertView(message) {
  const by = make("div", { className: "by" }, make("b", {}, message.sender), make("span", { className: "app" }, "APP"),
    make("time", { datetime: message.at }, whole.format(new Date(message.at))));
  return [make("section", { className: "channel" }, make("h2", {}, message.to.replace(/^#/, "# ")),
    make("div", { className: "post" }, face(message), make("div", {}, by, ...message.blocks.map(block))))];
}

function block({ kind, runs }) {
  if (kind === "fields") return make("div", { className: "block fields" }, ...runs.map((field) => make("div", {}, ...field.map(run))));
  return make("div", { className: `block ${kind}` }, ...runs.flat().map(run));
}

function run({ text, bold, href }) {
  if (href) return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
  return bold ? make("b", {}, text) : document.createTextNode(text);
}

function webhookView(message) {
  return [make("h1", {}, message.title), about(message),
    make("div", { className: "sheet low" }, make("pre", { className: "code" }, JSON.stringify(message.data, null, 2))),
    message.headers.length ? headerSheet(message) : null].filter(Boolean);
}

// ---- keeping up ----------------------------------------------------------------------------------------------------

function drawClock() {
  at("clock").classList.toggle("over", over);
  const said = over ? ["The demo has ended"] : now ? [make("b", {}, "Demo clock"), whole.format(new Date(now))] : [];
  at("clock").replaceChildren(...said);
  document.title = messages.length ? `Firstwin inbox (${messages.length})` : "Firstwin inbox";
}

function draw() {
  drawKinds();
  drawRows();
}

async function ask() {
  try {
    const answer = await fetch(`/messages.json?after=${messages.at(-1)?.id ?? 0}`);
    const said = await answer.json();
    now = said.now;
    over = false;
    if (said.messages.length) take(said.messages);
  } catch {
    over = true;
  }
  drawClock();
  setTimeout(ask, EVERY);
}

function take(more) {
  const first = messages.length === 0;
  messages.push(...more);
  const wide = matchMedia("(min-width: 761px)").matches;
  if (first && selected()) drawReader();
  else if (first && wide) history.replaceState(null, "", `#${messages.at(-1).id}`), drawReader();
  draw();
}

function step(by) {
  const list = shown().slice(-SHOWN).reverse();
  const next = list[Math.max(0, list.indexOf(selected()) + by)];
  if (next) location.hash = next.id;
}

addEventListener("hashchange", () => { drawReader(); drawRows(); at("rows").querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" }); });
addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
});

drawReader();
draw();
ask();
