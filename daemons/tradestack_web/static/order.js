// The page of one order: what it was sent for, how it was judged, what filled it, how it ended.

import { get } from "/static/api.js";
import { Facts, h, panel } from "/static/dom.js";
import * as format from "/static/format.js";
import { Table } from "/static/table.js";

const AGAIN_MS = 1_000; // a busy order is asked for once a second
const PERCENT_BP = 100;

export class OrderPage {
  #timer = null;
  #closed = false;

  constructor(store, id) {
    this.store = store;
    this.id = Number(id);
    this.title = `Order ${id}`;
    this.body = h("div", { class: "story" }, h("p", { class: "empty" }, "Reading the journal and the feed log…"));
    this.element = h("div", { class: "single" }, h("h1", { tabindex: "-1" }, this.title), this.body);
    this.#load();
  }

  // Ask again when something has happened to it.
  update(kinds) {
    if (!kinds.has("orders")) return;
    const order = this.store.orders.get(this.id);
    const now = order && `${order.ord_status} ${order.cum_qty}`;
    if (now && this.seen !== undefined && now !== this.seen && this.#timer === null) {
      this.#timer = setTimeout(() => this.#load(), AGAIN_MS);
    }
    this.seen = now;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load() {
    let parts;
    try {
      parts = storyOf(await get(`/api/orders/${this.id}`));
    } catch (fault) {
      parts = [h("p", { class: "problem", role: "alert" }, fault.message), fault.remedy ? h("p", {}, fault.remedy) : ""];
    }
    this.#timer = null;
    if (!this.#closed) this.body.replaceChildren(...parts);
  }
}

function storyOf(found) {
  return [headOf(found), wayOf(found), ...checksOf(found), ...fillsOf(found), ...missedOf(found), ...eventsOf(found), h(
    "details", { class: "panel" }, h("summary", {}, "The same as text"), h("pre", { tabindex: "0" }, found.story),
  )];
}

function headOf({ order, status, user, verdict }) {
  const { text, tone } = format.side(order.Side);
  const limit = order.Price ? ` at ${format.price(order.Price)}` : "";
  return h(
    "p", { class: "lead" },
    h("span", { "data-tone": tone }, text), ` ${format.quantity(order.OrderQty)} `, h("span", { class: "code" }, order.Symbol),
    ` ${order.OrdType} ${order.TimeInForce ?? ""}${limit} of ${user}: `,
    h("strong", {}, status.toLowerCase().replaceAll("_", " ")), verdict.Text ? `, ${verdict.Text}` : "",
  );
}

// The steps, in the order in which they happened.
function wayOf(found) {
  const { order, cause, verdict } = found;
  const steps = [
    cause && ["The feed", `Message ${format.count(cause.sequence)}: ${cause.symbol} ${cause.kind === "price" ? "trade" : "sentiment"} ${format.price(cause.value)}`, {
      "Feed session": found.feed_session, Happened: format.fromNs(cause.event_time_ns), Published: format.fromNs(cause.publish_time_ns),
    }],
    ["The strategy", order.SignalName ? `${order.SignalName} saw ${order.SignalLabel ?? "value"} ${format.price(order.SignalValue ?? null)}` : "It names no signal", {
      ClOrdID: order.ClOrdID, "Last price in the feed": optional(order.FeedPx, format.price), "Live price": optional(order.ReferencePx, format.price),
      "Age of the live price": optional(order.ReferencePxAge, (ns) => format.latency(ns / 1000)),
      "Tick → order": cause && order.TransactTime ? format.latency((order.TransactTime - cause.publish_time_ns) / 1000) : null,
    }],
    ["The order manager", verdict.ExecType === "REJECTED" ? `Rejected: ${verdict.OrdRejReason ?? ""} ${verdict.Text ?? ""}` : "Accepted: it has passed every check", {
      Received: format.fromNs(found.received_ns), "Order → receipt": order.TransactTime ? format.latency((found.received_ns - order.TransactTime) / 1000) : null,
      "Arrives in feed time": optional(found.arrival_ns, format.fromNs), Journal: `${found.journal.split("/").at(-1)}, line ${format.count(found.line)}`,
    }],
    ["The end", found.is_over ? `${found.status.toLowerCase().replaceAll("_", " ")}, at message ${format.count(found.through)}` : `It works, as far as message ${format.count(found.through)}`, {}],
  ].filter(Boolean);
  return panel("How it went", {}, h("ol", { class: "way" }, steps.map(([who, what, facts]) => {
    const list = new Facts([], who);
    list.update(facts);
    return h("li", {}, h("h3", {}, who), h("p", {}, what), Object.keys(facts).length ? list.element : null);
  })));
}

const optional = (value, show) => (value === undefined || value === null ? null : show(value));

function checksOf({ checks, are_all_checks: areAll }) {
  if (checks.length === 0) return [];
  const table = new Table({
    label: "Checks, with what each measured", empty: "", keyOf: (row) => row.index,
    columns: [
      { title: "Check", cell: (row) => row.name.replaceAll("_", " "), head: true, wraps: true },
      { title: "Value", cell: (row) => row.value, number: true, wraps: true },
      { title: "Limit", cell: (row) => row.limit, number: true, wraps: true },
      { title: "Counted for", cell: (row) => row.scope, minor: true },
      { title: "Result", cell: (row) => (row.is_passed ? "passed" : "broken") },
    ],
  });
  table.update(checks.map((check, index) => ({ ...check, index })));
  const rest = "Limits on what all users have together are not measured again: what others did then is not folded.";
  return [panel("Checks", {}, table.element, areAll ? "" : h("p", {}, rest))];
}

function fillsOf({ fills }) {
  const table = new Table({
    label: "Fills, with the trade that made each", empty: "Nothing was filled.", keyOf: (row) => row.index,
    columns: [
      { title: "Quantity", cell: (row) => format.quantity(row.quantity), number: true, head: true },
      { title: "Price", cell: (row) => format.price(row.price), number: true },
      { title: "By message", cell: (row) => format.count(row.trade.sequence), number: true, least: true },
      { title: "Event time", cell: (row) => format.fromNs(row.trade.event_time_ns), wraps: true },
      { title: "Trade's price", cell: (row) => format.price(row.trade.price), number: true, minor: true },
      { title: "Trade's size", cell: (row) => (row.trade.size === null ? "not known" : format.quantity(row.trade.size)), number: true, minor: true },
      { title: "Share of the trade", cell: (row) => `${(row.share_bp / PERCENT_BP).toFixed(2)} %`, number: true, minor: true },
      { title: "Slippage", cell: (row) => format.quantity(row.slippage), number: true, minor: true },
      { title: "Fee", cell: (row) => format.money(row.fee), number: true },
    ],
  });
  table.update(fills.map((fill, index) => ({ ...fill, index })));
  return [panel("Fills", {}, table.element)];
}

function missedOf({ missed, missed_counts: counts }) {
  if (missed.length === 0) return [];
  const table = new Table({
    label: "Trades that did not fill it", empty: "", keyOf: (row) => row.trade.sequence,
    columns: [
      { title: "Message", cell: (row) => format.count(row.trade.sequence), number: true, head: true },
      { title: "Event time", cell: (row) => format.fromNs(row.trade.event_time_ns), wraps: true },
      { title: "Price", cell: (row) => format.price(row.trade.price), number: true },
      { title: "Size", cell: (row) => (row.trade.size === null ? "not known" : format.quantity(row.trade.size)), number: true, minor: true },
      { title: "Why not", cell: (row) => row.reason.replaceAll("-", " "), wraps: true },
    ],
  });
  table.update(missed);
  const summary = Object.entries(counts).map(([reason, number]) => `${reason.replaceAll("-", " ")}: ${format.count(number)}`).join(" · ");
  return [panel("Trades that did not fill it", {}, h("p", {}, summary), table.element)];
}

function eventsOf({ events }) {
  const table = new Table({
    label: "Requests and reports", empty: "Nothing but its verdict.", keyOf: (row) => row.index,
    columns: [
      { title: "What", cell: (row) => row.what, head: true },
      { title: "State after it", cell: (row) => row.status, wraps: true },
      { title: "Message", cell: (row) => format.count(row.message), number: true, least: true },
      { title: "Filled so far", cell: (row) => format.quantity(row.filled), number: true },
      { title: "Text", cell: (row) => row.text, minor: true },
    ],
  });
  table.update(events.map(({ report, request, cause }, index) => (report
    ? { index, what: report.ExecType ?? report.MsgType, status: report.OrdStatus ?? "", message: report.FeedSeq ?? null, filled: report.CumQty ?? null, text: report.Text ?? "" }
    : { index, what: request.MsgType, status: "", message: cause, filled: null, text: request.Text ?? "" })));
  return [panel("Requests and reports", {}, table.element)];
}
