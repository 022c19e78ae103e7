// What is known of the stack: the snapshot, and the events since, folded. It knows no page.

import { History } from "/static/history.js";
import { statesOf } from "/static/states.js";

const ORDERS_MAX = 500;
const FILLS_MAX = 1000;
const NEWS_MAX = 200;

export class Store {
  constructor(announce) {
    this.announce = announce;
    this.rates = new History(); // ticks/s, orders/s, lag, latencies
    this.equity = new History(); // by user
    this.me = { user: null, may_act: false, csrf: null };
    this.states = null;
    this.clear();
  }

  clear() {
    this.stats = null;
    this.accounts = null;
    this.orders = new Map(); // order_id → row, the oldest first
    this.fills = new Map(); // exec_id → fill, the same
    this.news = [];
    this.prices = new Map(); // symbol → {price, timeMs, sequence}
    this.feedSession = null;
    this.symbolsLeftOut = 0;
    this.ordersLeftOut = 0;
  }

  take(snapshot) {
    this.clear();
    this.applyPrices(snapshot.prices);
    this.applyNews({ session: snapshot.prices?.session, news: snapshot.news });
    this.applyOrders({ records: snapshot.orders });
    this.accounts = snapshot.accounts;
    this.applyStats(snapshot.stats);
  }

  apply(kind, data) {
    ({
      stats: () => this.applyStats(data),
      accounts: () => { this.accounts = data; },
      orders: () => this.applyOrders(data),
      prices: () => this.applyPrices(data),
      news: () => this.applyNews(data),
    })[kind]();
  }

  applyStats(stats) {
    this.stats = stats;
    const timeMs = Date.parse(stats.time);
    this.rates.push(timeMs, rateSample(stats));
    if (this.accounts) {
      this.equity.push(timeMs, Object.fromEntries(this.accounts.accounts.map((each) => [each.user, Number(each.equity)])));
    }
    this.#announceChanges(statesOf(stats));
  }

  applyPrices(change) {
    if (!change) return;
    if (change.session !== this.feedSession) {
      this.feedSession = change.session;
      this.prices.clear();
      this.news = [];
    }
    this.symbolsLeftOut = change.symbols_left_out ?? 0;
    for (const [symbol, [price, timeMs, sequence]] of Object.entries(change.prices)) {
      this.prices.set(symbol, { price, timeMs, sequence });
    }
  }

  applyNews({ session, news }) {
    if (session !== this.feedSession) return; // the prices of its session come first
    const newest = this.news.at(-1)?.sequence ?? 0;
    this.news.push(...news.filter((each) => each.sequence > newest));
    this.news.splice(0, this.news.length - NEWS_MAX);
  }

  applyOrders({ records, left_out: leftOut = 0 }) {
    this.ordersLeftOut += leftOut;
    for (const record of records) {
      if (record.type === "order") this.orders.set(record.order_id, { ...record, cum_qty: "0", avg_px: null });
      else if (record.type === "fill") this.#fill(record);
      else this.#report(record);
    }
    trim(this.orders, ORDERS_MAX);
    trim(this.fills, FILLS_MAX);
  }

  // Orders and fills from before the snapshot, as the lists of the server have them: orders as they are now.
  addEarlier(orders, fills) {
    const [newerOrders, newerFills] = [this.orders, this.fills];
    this.orders = new Map();
    this.fills = new Map();
    for (const order of orders) this.orders.set(order.order_id, { ...order, earlier: true });
    for (const fill of fills) this.fills.set(fill.exec_id, fill);
    for (const [id, order] of newerOrders) this.orders.set(id, order);
    for (const [id, fill] of newerFills) this.fills.set(id, fill);
    trim(this.orders, ORDERS_MAX);
    trim(this.fills, FILLS_MAX);
  }

  #fill(fill) {
    this.fills.set(fill.exec_id, fill);
    const order = this.orders.get(fill.order_id);
    if (!order) return;
    order.cum_qty = fill.cum_qty;
    order.avg_px = fill.avg_px;
    order.ord_status = fill.ord_status;
  }

  #report(report) {
    const order = this.orders.get(report.order_id);
    if (!order) return;
    order.ord_status = report.ord_status;
    order.reason = report.reason ?? order.reason;
    if (report.exec_type !== "REPLACED") return;
    order.cl_ord_id = report.cl_ord_id;
    order.order_qty = report.order_qty ?? order.order_qty;
    order.price = report.price ?? order.price;
  }

  #announceChanges(states) {
    if (this.states !== null) {
      const changes = [...states].filter(([name, state]) => this.states.get(name) !== state);
      if (changes.length > 0) this.announce(changes.map(([name, state]) => `${name}: ${state}`).join("; "));
    }
    this.states = states;
  }
}

function rateSample({ gateway, order_manager: manager, strategies }) {
  const running = Object.values(strategies).filter(Boolean);
  const slowest = (name) => maximum(running.map((each) => each.latency?.[name]?.p99_us));
  return {
    ticks: gateway?.rates["1s"],
    orders: manager?.rates["10s"], // of few orders, a second has one or none
    lag: maximum([gateway?.lag_max, ...running.map((each) => each.lag)]),
    toOrder: slowest("publish_to_order"),
    toReport: slowest("order_to_report"),
  };
}

function maximum(values) {
  const known = values.filter((value) => typeof value === "number");
  return known.length ? Math.max(...known) : null;
}

function trim(map, length) {
  for (const key of map.keys()) {
    if (map.size <= length) return;
    map.delete(key);
  }
}
