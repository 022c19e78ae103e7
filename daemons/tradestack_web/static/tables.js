// The tables that several pages have: orders, positions, accounts, working orders, limits, clients.

import { asCell, h, setAttribute, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { toneOf } from "/static/states.js";
import { Table } from "/static/table.js";

const STATUS = { FILLED: "good", PARTIALLY_FILLED: "good", REJECTED: "bad", CANCELED: "hold", EXPIRED: "hold" };
const order = (row) => ({ text: String(row.order_id), href: `/orders/${row.order_id}` });
const words = (status) => status.toLowerCase().replaceAll("_", " ");

export const ordersTable = (label, empty) => new Table({
  label, empty, tall: true, keyOf: (row) => row.order_id,
  columns: [
    { title: "Order", cell: order, number: true, head: true },
    { title: "Received", cell: (row) => ({ text: format.clockMs(row.received), title: `${row.received}, ClOrdID ${row.cl_ord_id}` }), least: true },
    { title: "Side", cell: (row) => format.side(row.side) },
    { title: "Quantity", cell: (row) => format.quantity(row.order_qty), number: true },
    { title: "Symbol", cell: (row) => row.symbol, code: true },
    { title: "Price seen", cell: (row) => format.price(row.price), number: true, minor: true },
    { title: "Filled", cell: (row) => format.quantity(row.cum_qty), number: true, minor: true },
    { title: "Average", cell: (row) => format.price(row.avg_px), number: true, least: true },
    { title: "User", cell: (row) => row.user, minor: true },
    { title: "Status", cell: statusCell, wraps: true },
  ],
});

function statusCell(row) {
  const accepted = row.ord_status === "NEW" ? "accepted" : words(row.ord_status);
  const part = row.ord_status === "PARTIALLY_FILLED" ? ` ${format.quantity(row.cum_qty)}` : "";
  return { text: [accepted + part, row.reason].filter(Boolean).join(": "), tone: STATUS[row.ord_status] ?? null };
}

export const openOrdersTable = () => new Table({
  label: "Working orders", empty: "No order is working.", tall: true, keyOf: (row) => row.order_id,
  columns: [
    { title: "Order", cell: order, number: true, head: true },
    { title: "Side", cell: (row) => format.side(row.side) },
    { title: "Quantity", cell: (row) => format.quantity(row.order_qty), number: true },
    { title: "Filled", cell: (row) => format.quantity(row.cum_qty), number: true, least: true },
    { title: "Symbol", cell: (row) => row.symbol, code: true },
    { title: "Limit", cell: (row) => (row.price === null ? row.ord_type : format.price(row.price)), number: true },
    { title: "Valid", cell: (row) => row.time_in_force, minor: true },
    { title: "User", cell: (row) => row.user, minor: true },
  ],
});

export const positionsTable = () => new Table({
  label: "Positions", empty: "No position yet.", tall: true, keyOf: (row) => `${row.user}\n${row.symbol}`,
  columns: [
    { title: "Symbol", cell: (row) => row.symbol, code: true, head: true },
    { title: "User", cell: (row) => row.user, minor: true },
    { title: "Quantity", cell: (row) => ({ text: format.quantity(row.quantity), title: Number(row.quantity) < 0 ? "short" : null }), number: true },
    { title: "Average", cell: (row) => format.price(row.average_price), number: true, minor: true },
    { title: "Mark", cell: (row) => format.price(row.mark), number: true, least: true },
    { title: "Realized", cell: (row) => profitCell(row.realized_pnl), number: true },
    { title: "Unrealized", cell: (row) => profitCell(row.unrealized_pnl), number: true },
    { title: "Fees", cell: (row) => format.money(row.fees), number: true, minor: true },
  ],
});

export const accountsTable = () => new Table({
  label: "Accounts", empty: "Nobody has traded in this feed session.", keyOf: (row) => row.user,
  columns: [
    { title: "User", cell: (row) => row.user, head: true },
    { title: "Equity", cell: (row) => profitCell(row.equity), number: true },
    { title: "Realized", cell: (row) => profitCell(row.realized_pnl), number: true, minor: true },
    { title: "Unrealized", cell: (row) => profitCell(row.unrealized_pnl), number: true, minor: true },
    { title: "Fees", cell: (row) => format.money(row.fees), number: true, minor: true },
    { title: "Drawdown", cell: (row) => ({ text: format.money(row.drawdown), title: `below the peak of ${format.money(row.peak_equity)}` }), number: true },
    { title: "Exposure", cell: (row) => ({ text: format.money(row.gross_notional), title: "what all positions are worth, long or short" }), number: true },
    { title: "Fills", cell: (row) => format.count(row.fills), number: true },
  ],
});

const profitCell = (text) => ({ text: format.profit(text), tone: format.tone(text) });

export const daemonsTable = () => new Table({
  label: "Daemons that run", empty: "No daemon answers.", keyOf: (row) => row.name,
  columns: [
    { title: "Daemon", cell: (row) => row.name, head: true },
    { title: "State", cell: (row) => ({ text: row.state, tone: toneOf(row.state) }), wraps: true },
    { title: "Up", cell: (row) => ({ text: format.duration(row.stats?.uptime_s), title: row.stats && `since ${format.dated(row.stats.start_time)} UTC, process ${row.stats.pid}` }), number: true },
    { title: "Memory", cell: (row) => ({ text: format.bytes(row.stats?.pss_bytes), title: "proportional set size: shared memory is counted by halves, thirds …" }), number: true },
  ],
});

export const clientsTable = () => new Table({
  label: "Clients", empty: "Nobody is logged in.", keyOf: (row) => `${row.of}\n${row.peer}\n${row.user}`,
  columns: [
    { title: "User", cell: (row) => row.user, head: true },
    { title: "Server", cell: (row) => row.of },
    { title: "Lag", cell: (row) => format.count(row.lag), number: true },
    { title: "Sent", cell: (row) => format.bytes(row.bytes_sent), number: true },
    { title: "Address", cell: (row) => row.peer, minor: true },
    { title: "Since", cell: (row) => ({ text: format.clock(row.joined_time), title: row.joined_time }), minor: true },
  ],
});

export const pricesTable = () => new Table({
  label: "Last prices", empty: "No price yet.", tall: true, keyOf: (row) => row.symbol,
  columns: [
    { title: "Symbol", cell: (row) => row.symbol, code: true, head: true },
    { title: "Price", cell: (row) => format.price(row.price), number: true },
    { title: "Event time", cell: (row) => format.clockMs(format.fromMs(row.timeMs)) },
    { title: "Message", cell: (row) => format.count(row.sequence), number: true, minor: true },
  ],
});

export const newsTable = () => new Table({
  label: "News", empty: "No news yet.", tall: true, keyOf: (row) => row.sequence,
  columns: [
    { title: "Event time", cell: (row) => ({ text: format.clockMs(row.event_time), title: row.event_time }), head: true },
    { title: "Symbol", cell: (row) => row.symbol, code: true },
    { title: "Sentiment", cell: (row) => format.price(row.value), number: true },
    { title: "Message", cell: (row) => format.count(row.sequence), number: true, minor: true },
  ],
});

// Limits as bars; the length is never alone, the percent stand beside it.
export class LimitList {
  #rows = new Map();
  #list = h("ul", { class: "limits" });
  #empty = h("p", { class: "empty" });

  constructor(empty) {
    this.#empty.textContent = empty;
    this.element = h("div", {}, this.#list, this.#empty);
  }

  // limits: {name, scope, percent, detail}
  update(limits) {
    this.#empty.hidden = limits.length > 0;
    const keep = new Set(limits.map((each) => `${each.name}\n${each.scope}`));
    for (const [key, row] of this.#rows) {
      if (!keep.has(key)) {
        row.element.remove();
        this.#rows.delete(key);
      }
    }
    for (const each of limits) this.#row(`${each.name}\n${each.scope}`).update(each);
  }

  #row(key) {
    if (!this.#rows.has(key)) {
      const row = new LimitRow();
      this.#rows.set(key, row);
      this.#list.append(row.element);
    }
    return this.#rows.get(key);
  }
}

class LimitRow {
  #name = h("span", { class: "limit-name" });
  #scope = h("span", { class: "limit-scope" });
  #detail = h("span", { class: "limit-detail" });
  #fill = h("span", { class: "meter-fill" });

  constructor() {
    this.element = h("li", {}, this.#name, this.#scope, this.#detail, h("span", { class: "meter", "aria-hidden": "true" }, this.#fill));
  }

  update({ name, scope, percent, detail }) {
    setText(this.#name, name);
    setText(this.#scope, scope);
    setText(this.#detail, asCell(detail).text);
    this.#fill.style.inlineSize = `${Math.min(100, Math.max(0, percent))}%`;
    setAttribute(this.element, "data-state", percent >= 100 ? "bad" : percent >= 80 ? "hold" : null);
  }
}
