// The page with the newest orders, to be searched.

import { get } from "/static/api.js";
import { h, panel, setText } from "/static/dom.js";
import { ordersTable } from "/static/tables.js";

const ORDERS_ASKED = 500;
const FILLS_ASKED = 1_000;
const ROWS_MAX = 150; // a search narrows them down

export class OrdersPage {
  title = "Orders";
  #loaded = false;

  constructor(store) {
    this.store = store;
    this.table = ordersTable("Orders, the newest first", "No order is like this.");
    this.search = h("input", { type: "search", id: "search", placeholder: "symbol, user, side…", autocomplete: "off", spellcheck: "false", oninput: () => this.#show() });
    this.number = h("input", { type: "text", id: "number", inputmode: "numeric", pattern: "[0-9]+", required: true, autocomplete: "off" });
    this.count = h("p", { class: "count", "aria-live": "off" });
    const go = h("a", { href: "/orders", hidden: true });
    this.element = h(
      "div", { class: "single" },
      h("h1", { tabindex: "-1" }, "Orders"),
      h("div", { class: "tools" },
        h("div", { class: "field inline" }, h("label", { for: "search" }, "Filter"), this.search),
        h("form", {
          class: "field inline", onsubmit: (event) => {
            event.preventDefault();
            go.href = `/orders/${Number(this.number.value)}`;
            go.click();
          },
        }, h("label", { for: "number" }, "Order number"), this.number, h("button", { type: "submit" }, "Show its story"), go)),
      panel("The newest orders", { extra: this.count, name: "long" }, this.table.element),
    );
  }

  async #load() {
    const replies = await Promise.all([get(`/api/orders?count=${ORDERS_ASKED}`), get(`/api/fills?count=${FILLS_ASKED}`)]).catch(() => null);
    if (replies) this.store.addEarlier(replies[0].orders, replies[1].fills);
    this.#loaded = true;
    this.#show();
  }

  // A snapshot begins the store again: what was before it is asked for again.
  update(kinds) {
    if (!this.store.stats) return;
    if (kinds.has("snapshot")) this.#load();
    else if (this.#loaded && kinds.has("orders")) this.#show();
  }

  #show() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const orders = [...this.store.orders.values()].reverse();
    const found = orders.filter((each) => words.every((word) => textOf(each).includes(word)));
    this.table.update(found.slice(0, ROWS_MAX));
    const shown = found.length > ROWS_MAX ? `, ${ROWS_MAX} shown` : "";
    setText(this.count, `${found.length} of the newest ${orders.length}${shown}`);
  }
}

const textOf = ({ order_id: id, symbol, user, side, ord_status: status, reason, cl_ord_id: name }) =>
  [id, symbol, user, side, status, reason, name].join(" ").toLowerCase();
