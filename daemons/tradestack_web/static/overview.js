// The first page: the daemons, the market, orders as they come, and what they have come to.

import { h, panel, setAttribute, setText } from "/static/dom.js";
import { EquityPanel } from "/static/equity.js";
import * as format from "/static/format.js";
import { Market } from "/static/market.js";
import { Pipeline } from "/static/pipeline.js";
import { RatesPanel } from "/static/rates.js";
import { daemonsOf, troublesOf } from "/static/states.js";
import { LimitList, clientsTable, daemonsTable, newsTable, openOrdersTable, ordersTable, positionsTable, pricesTable } from "/static/tables.js";
import { WayPanel } from "/static/way.js";

const ORDERS_SHOWN = 60;
const NEWS_SHOWN = 40;

export class Overview {
  title = "Overview";

  constructor(store) {
    this.store = store;
    this.troubles = h("ul", { class: "troubles" });
    this.attention = panel("Needs attention", { name: "attention" }, this.troubles);
    this.attention.hidden = true;
    this.pipeline = new Pipeline(store);
    this.market = new Market(store);
    this.rates = new RatesPanel(store);
    this.equity = new EquityPanel(store);
    this.orders = ordersTable("Newest orders", "No order yet.");
    this.open = openOrdersTable();
    this.positions = positionsTable();
    this.limits = new LimitList("No limit on what orders add up to is set.");
    this.levels = new LimitList("Nothing that fills up is in use.");
    this.way = new WayPanel();
    this.daemons = daemonsTable();
    this.clients = clientsTable();
    this.prices = pricesTable();
    this.news = newsTable();
    this.openCount = h("span", { class: "count" });
    this.element = h(
      "div", { class: "overview" },
      h("h1", { tabindex: "-1", class: "unseen" }, "Overview"),
      this.attention, this.pipeline.element,
      h("div", { class: "columns" },
        h("div", { class: "column" }, this.market.element, this.rates.element),
        h("div", { class: "column" },
          panel("Orders", { name: "orders", extra: h("a", { href: "/orders" }, "All orders") }, this.orders.element),
          panel("Working orders", { extra: this.openCount }, this.open.element),
          panel("Positions", {}, this.positions.element)),
        h("div", { class: "column last" },
          this.equity.element,
          panel("Limits", {}, this.limits.element, h("details", { class: "levels" }, h("summary", {}, "Levels of the daemons"), this.levels.element)),
          this.way.element,
          panel("Daemons that run", { name: "daemons" }, this.daemons.element),
          panel("Clients", {}, this.clients.element),
          panel("Prices", {}, this.prices.element),
          panel("News", {}, this.news.element))),
    );
  }

  update(kinds) {
    const { store } = this;
    if (!store.stats) return;
    const all = kinds.has("snapshot");
    if (all || kinds.has("stats") || kinds.has("me")) {
      this.pipeline.update();
      this.way.update(store.stats.gateway);
      this.rates.update();
      this.levels.update(levelsOf(store.stats));
      this.daemons.update(daemonsOf(store.stats));
      this.clients.update(clientsOf(store.stats));
    }
    if (all || kinds.has("stats") || kinds.has("accounts")) {
      this.#showTroubles();
      this.equity.update();
    }
    if (all || kinds.has("accounts")) this.#showAccounts();
    if (all || kinds.has("orders")) this.orders.update([...store.orders.values()].slice(-ORDERS_SHOWN).reverse());
    if (all || kinds.has("prices")) this.prices.update([...store.prices].sort().map(([symbol, each]) => ({ symbol, ...each })));
    if (all || kinds.has("news")) this.news.update(store.news.slice(-NEWS_SHOWN).reverse());
    if (all) this.market.again();
    else if (["prices", "news", "orders"].some((kind) => kinds.has(kind))) this.market.update();
  }

  close() {
    this.market.close();
    this.rates.close();
    this.equity.close();
  }

  #showAccounts() {
    const { accounts } = this.store;
    const openOrders = accounts?.open_orders ?? [];
    this.positions.update([...(accounts?.positions ?? [])].sort((left, right) => isFlat(left) - isFlat(right)));
    this.open.update([...openOrders].reverse());
    setText(this.openCount, accounts && accounts.open_orders_total > openOrders.length ? `newest ${openOrders.length} of ${format.count(accounts.open_orders_total)}` : "");
    this.limits.update([...(accounts?.limits.limits ?? [])].sort((left, right) => right.percent - left.percent).map((each) => ({
      name: each.key, scope: each.scope, percent: each.percent, detail: `${each.percent} % · ${format.quantity(each.used)} of ${format.quantity(each.limit)}`,
    })));
  }

  #showTroubles() {
    const troubles = troublesOf(this.store.stats, this.store.accounts);
    this.attention.hidden = troubles.length === 0;
    while (this.troubles.children.length > troubles.length) this.troubles.lastChild.remove();
    while (this.troubles.children.length < troubles.length) {
      this.troubles.append(h("li", {}, h("strong", { class: "state" }), " ", h("span")));
    }
    troubles.forEach(({ tone, what, text }, at) => {
      const [name, words] = this.troubles.children[at].children;
      setText(name, what);
      setAttribute(name, "data-state", tone);
      setText(words, text);
    });
  }
}

const isFlat = (position) => Number(position.average_price === null);

function levelsOf(all) {
  return daemonsOf(all)
    .filter(({ stats }) => stats)
    .flatMap(({ name: scope, stats }) => Object.entries(stats.limits_used).map(([name, percent]) => ({
      name: name.replaceAll("_", " "), scope, percent, detail: `${percent} %`,
    })))
    .filter(({ percent }) => percent > 0)
    .sort((left, right) => right.percent - left.percent);
}

function clientsOf({ gateway, order_clients: clients }) {
  return [
    ...(gateway?.clients ?? []).map((each) => ({ ...each, of: "feed" })),
    ...clients.map((each) => ({ ...each, of: "orders" })),
  ];
}
