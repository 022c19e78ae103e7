// The page: which view the address asks for, the header, and when something is drawn.

import { get, post } from "/static/api.js";
import { h, setAttribute, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { Live } from "/static/live.js";
import { OrderPage } from "/static/order.js";
import { OrdersPage } from "/static/orders.js";
import { Overview } from "/static/overview.js";
import { SessionsPage } from "/static/sessions.js";
import { troublesOf } from "/static/states.js";
import { Store } from "/static/store.js";
import { StrategyPage } from "/static/strategy.js";

const PAGES = [
  [/^\/$/, (store) => new Overview(store)],
  [/^\/orders$/, (store) => new OrdersPage(store)],
  [/^\/orders\/(\d+)$/, (store, id) => new OrderPage(store, id)],
  [/^\/strategies\/([^/]+)$/, (store, name) => new StrategyPage(store, decodeURIComponent(name))],
  [/^\/sessions$/, (store) => new SessionsPage(store)],
];
const LINK_TEXTS = { connecting: "Connecting…", live: "Live", stale: "No data", gone: "No server", closed: "Not logged in" };
const DONE_SHOWN_MS = 6_000;

const boxes = Object.fromEntries(["main", "pages", "link", "login", "said", "notice", "foot"].map((id) => [id, document.getElementById(id)]));
const store = new Store(announce);
const live = new Live({ store, onchange: schedule, onstate: showLink });
const changed = new Set();
let page = null;
let scheduled = false;

// ---- what is shown -----------------------------------------------------------------------------

function open({ focus }) {
  const path = location.pathname;
  const [pattern, make] = PAGES.find(([each]) => each.test(path)) ?? [];
  page?.close?.();
  page = make ? make(store, ...path.match(pattern).slice(1)) : missing();
  boxes.main.replaceChildren(page.element);
  for (const link of boxes.pages.children) setAttribute(link, "aria-current", link.pathname === path ? "page" : null);
  if (focus) {
    scrollTo(0, 0);
    boxes.main.querySelector("h1").focus();
  }
  schedule("snapshot");
}

function missing() {
  const words = h("p", {}, "There is no such page. ", h("a", { href: "/" }, "Overview"));
  return { title: "Not found", element: h("div", {}, h("h1", { tabindex: "-1" }, "Not found"), words), update() {} };
}

// Everything that happened since the last frame is drawn at once, and nothing while nobody looks.
function schedule(kind) {
  changed.add(kind);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const kinds = new Set(changed);
    changed.clear();
    page.update(kinds);
    showTitle();
    if (store.stats) showFoot(store.stats);
  });
}

// A tab that is not looked at says it as well when somebody is needed.
function showTitle() {
  const isBad = live.state !== "live" || (store.stats && troublesOf(store.stats, store.accounts).some(({ tone }) => tone === "bad"));
  document.title = `${isBad ? "▲ " : ""}${page.title} · tradestack`;
}

function showFoot({ time, gateway, order_manager: manager, web }) {
  const version = (gateway ?? manager)?.version;
  setText(boxes.foot, [
    version && `tradestack ${version}`, `as of ${format.dated(time)} UTC; all times are UTC`,
    web && `${web.viewers} ${web.viewers === 1 ? "viewer" : "viewers"}`,
  ].filter(Boolean).join(" · "));
}

// ---- the connection ----------------------------------------------------------------------------

function showLink(state, silentMs, isNew = false) {
  setText(boxes.link, LINK_TEXTS[state]);
  setAttribute(boxes.link, "data-link", state);
  setAttribute(document.body, "data-link", state);
  const since = store.stats ? ` What is shown is as of ${format.clock(store.stats.time)} UTC.` : "";
  if (state === "stale") notice("link", `The server is connected, but has sent nothing for ${format.duration(silentMs / 1000)}.${since}`);
  else if (state === "gone") notice("link", `The server does not answer; trying again.${since}`);
  else if (state === "closed") notice("link", "Visitors may not look here. Run tradestackctl web, and open the address that it prints.");
  else notice("link", null);
  if (!isNew) return;
  announce(LINK_TEXTS[state]);
  showTitle();
}

const notices = new Map();

function notice(kind, text) {
  if (text === null) notices.delete(kind);
  else notices.set(kind, text);
  boxes.notice.hidden = notices.size === 0;
  setText(boxes.notice, [...notices.values()].join(" "));
}

// Said by screen readers; what somebody has done is shown to everybody.
function announce(text, { done = false } = {}) {
  boxes.said.textContent = text;
  if (!done) return;
  const toast = h("p", { class: "toast", "aria-hidden": "true" }, `✓ ${text}`);
  document.body.append(toast);
  setTimeout(() => toast.remove(), DONE_SHOWN_MS);
}

// ---- the login ---------------------------------------------------------------------------------

async function logIn() {
  const token = location.hash.match(/^#login=(.+)$/)?.[1];
  if (token === undefined) {
    await refreshLogin();
    return;
  }
  history.replaceState(null, "", location.pathname);
  try {
    showLogin(await post("/api/login", { token }));
  } catch (fault) {
    notice("login", `Not logged in: ${fault.message}. ${fault.remedy ?? ""}`);
    await refreshLogin();
  }
}

async function refreshLogin() {
  const me = await get("/api/me").catch(() => null);
  if (me) showLogin(me);
}

function showLogin(me) {
  store.me = me;
  const children = me.user === null
    ? [h("span", { title: "To act, run tradestackctl web and open the address that it prints." }, "Read only")]
    : [h("span", { class: "user" }, me.may_act ? me.user : `${me.user}, read only`),
      h("button", { type: "button", class: "quiet", onclick: logOut }, "Log out")];
  boxes.login.replaceChildren(...children);
  schedule("me");
}

async function logOut() {
  const me = await post("/api/logout", {}).catch(() => null);
  if (me) {
    showLogin(me);
    announce("Logged out", { done: true });
  }
}

// ---- from page to page -------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!plain || !link || link.origin !== location.origin || link.hash || link.hasAttribute("target")) return;
  if (!PAGES.some(([pattern]) => pattern.test(link.pathname))) return;
  event.preventDefault();
  if (link.pathname !== location.pathname) history.pushState(null, "", link.pathname);
  open({ focus: true });
});
addEventListener("popstate", () => open({ focus: true }));
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#login=")) logIn().then(() => live.start());
});

store.onlogin = refreshLogin;
open({ focus: false });
await logIn();
await live.start();
