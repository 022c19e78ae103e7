// The page of one strategy: its state, what it was told, and what it has done.

import { get } from "/static/api.js";
import { ActionBar, strategyActions } from "/static/actions.js";
import { Facts, h, panel, setAttribute, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { NO_ANSWER, toneOf } from "/static/states.js";
import { Table } from "/static/table.js";
import { accountsTable, openOrdersTable, ordersTable, positionsTable } from "/static/tables.js";

export class StrategyPage {
  #user = null;

  constructor(store, name) {
    this.store = store;
    this.name = name;
    this.title = `Strategy ${name}`;
    this.state = h("span", { class: "state" });
    this.problem = h("p", { class: "problem", hidden: true });
    this.facts = new Facts([], "Now");
    this.latency = latencyTable();
    this.config = new Facts([], "Configuration");
    this.accounts = accountsTable();
    this.positions = positionsTable();
    this.open = openOrdersTable();
    this.orders = ordersTable("Its newest orders", "It has sent no order.");
    this.bar = new ActionBar(name, strategyActions(store, name));
    this.element = h(
      "div", { class: "single" },
      h("h1", { tabindex: "-1" }, this.title, " ", this.state),
      this.problem, this.bar.element,
      h("div", { class: "pairs" },
        panel("Now", {}, this.facts.element),
        panel("Latency", {}, this.latency.element),
        panel("Configuration", {}, this.config.element),
        panel("Account", {}, this.accounts.element),
        panel("Positions", {}, this.positions.element),
        panel("Working orders", {}, this.open.element)),
      panel("Orders", { name: "long" }, this.orders.element),
    );
  }

  // A snapshot begins the store again: what was before it is asked for again.
  update(kinds) {
    if (this.store.stats && kinds.has("snapshot")) this.#load();
    const stats = this.store.stats?.strategies[this.name];
    if (this.store.stats) {
      const state = stats?.state ?? NO_ANSWER;
      setText(this.state, state);
      setAttribute(this.state, "data-state", toneOf(state));
      this.bar.update(this.store);
    }
    if (stats) this.#showStats(stats);
    if (kinds.has("accounts") || kinds.has("snapshot") || kinds.has("orders")) this.#showAccounts();
  }

  async #load() {
    try {
      const found = await get(`/api/strategies/${encodeURIComponent(this.name)}`);
      this.config.update(Object.fromEntries(flat(found.config)));
      this.#user = found.user;
      this.store.addEarlier(found.orders, []);
      this.#showAccounts();
    } catch (fault) {
      this.problem.hidden = false;
      setText(this.problem, [fault.message, fault.remedy].filter(Boolean).join(": "));
    }
  }

  #showStats(stats) {
    this.problem.hidden = !stats.pause_reason;
    setText(this.problem, stats.pause_reason ? `Paused: ${stats.pause_reason}` : "");
    this.facts.update({
      Lag: `${format.count(stats.lag)} messages`, Processed: format.count(stats.sequence_processed), "Trades from message": format.count(stats.from_sequence),
      "Ticks per second": format.rate(stats.rates["1s"]), "Orders sent": format.count(stats.orders_sent), Accepted: format.count(stats.orders_accepted),
      Rejected: format.count(stats.orders_rejected), Fills: format.count(stats.fills), Working: format.count(stats.orders_working), "Without a report": format.count(stats.orders_pending),
      Memory: format.bytes(stats.pss_bytes), "Feed session": stats.session, "Order session": stats.order_session, "Config hash": stats.config_hash,
      "Counted since": `${format.dated(stats.session_start_time)} UTC`,
    });
    this.latency.update(Object.entries(stats.latency ?? {}).map(([name, each]) => ({ name: name.replaceAll("_", " "), ...each })));
  }

  #showAccounts() {
    const { accounts, orders } = this.store;
    const mine = (each) => each.user === this.#user;
    this.accounts.update((accounts?.accounts ?? []).filter(mine));
    this.positions.update((accounts?.positions ?? []).filter(mine));
    this.open.update((accounts?.open_orders ?? []).filter(mine));
    this.orders.update([...orders.values()].filter(mine).reverse());
  }
}

const latencyTable = () => new Table({
  label: "Latency", empty: "Nothing measured yet.", keyOf: (row) => row.name,
  columns: [
    { title: "From … to", cell: (row) => row.name, head: true, wraps: true },
    { title: "Median", cell: (row) => format.latency(row.p50_us), number: true },
    { title: "99 %", cell: (row) => format.latency(row.p99_us), number: true },
    { title: "99.9 %", cell: (row) => format.latency(row.p999_us), number: true, least: true },
    { title: "Measured", cell: (row) => format.count(row.count), number: true },
  ],
});

// {a: {b: 1}} → [["a.b", "1"]]
function flat(config, prefix = "") {
  return Object.entries(config ?? {}).flatMap(([key, value]) => (value !== null && typeof value === "object" && !Array.isArray(value)
    ? flat(value, `${prefix}${key}.`)
    : [[prefix + key, Array.isArray(value) ? value.join(", ") : String(value ?? "–")]]));
}
