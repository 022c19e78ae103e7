// The panel with the price of one symbol, its news, and the fills of orders in it.

import { get } from "/static/api.js";
import { TimeChart } from "/static/chart.js";
import { h, panel } from "/static/dom.js";
import * as format from "/static/format.js";

const TICKS_ASKED = 2_000;
const FILLS_ASKED = 500;
const POINTS_MAX = 6_000;
const ROWS_MAX = 40;

export class Market {
  #symbol = null;
  #session = null;
  #times = [];
  #prices = [];
  #news = [];
  #sequence = 0;
  #turn = 0;
  #loading = false;

  constructor(store) {
    this.store = store;
    this.select = h("select", { id: "symbol", onchange: () => this.show(this.select.value) });
    this.chart = new TimeChart({
      label: "Price, news and fills",
      lines: [{ name: "Price", tone: "tone-6", scale: "price", format: format.price }],
      marks: [
        { name: "Buy", tone: "tone-1", style: "buy" },
        { name: "Sell", tone: "tone-2", style: "sell" },
        { name: "News (sentiment, right)", tone: "tone-4", style: "news" },
      ],
      scales: { price: { format: format.price }, sentiment: { format: format.count, range: () => [0, 100], right: true } },
      columns: [
        { title: "Time, UTC", cell: (row) => format.clockMs(format.fromMs(row.timeMs)), head: true },
        { title: "What", cell: (row) => row.what },
        { title: "Value", cell: (row) => format.price(row.value), number: true },
      ],
      empty: "No price of this symbol yet.",
    });
    this.element = panel("Market", {
      name: "market",
      extra: h("div", { class: "field inline" }, h("label", { for: "symbol" }, "Symbol"), this.select),
    }, this.chart.element);
  }

  close() {
    this.chart.close();
  }

  // Show another symbol, from what the server still knows of it.
  async show(symbol) {
    this.#symbol = symbol;
    this.#session = this.store.feedSession;
    this.#times = [];
    this.#prices = [];
    this.#news = [];
    this.#sequence = 0;
    const turn = (this.#turn += 1);
    this.#loading = true; // what comes in the meantime is newer than all of the answer
    const [ticks, fills] = await Promise.all([
      get(`/api/ticks?symbol=${encodeURIComponent(symbol)}&count=${TICKS_ASKED}`),
      get(`/api/fills?count=${FILLS_ASKED}`),
    ]).catch(() => [null, null]);
    if (turn !== this.#turn) return;
    this.#loading = false;
    if (fills) this.store.addEarlier([], fills.fills);
    for (const [sequence, kind, timeMs, value] of ticks?.session === this.#session ? ticks.ticks : []) {
      if (kind === "price") this.#add(sequence, timeMs, value);
      else this.#news.push({ sequence, timeMs, value });
    }
    this.update();
  }

  // Begin again, as the store has.
  again() {
    if (this.#symbol === null) this.update();
    else this.show(this.#symbol);
  }

  update() {
    this.#offer();
    if (this.#symbol === null || this.#loading) return;
    if (this.store.feedSession !== this.#session) {
      this.show(this.#symbol);
      return;
    }
    const latest = this.store.prices.get(this.#symbol);
    if (latest) this.#add(latest.sequence, latest.timeMs, latest.price);
    const newest = this.#news.at(-1)?.sequence ?? 0;
    for (const news of this.store.news) {
      if (news.symbol === this.#symbol && news.sequence > newest) {
        this.#news.push({ sequence: news.sequence, timeMs: Date.parse(news.event_time), value: news.value });
      }
    }
    this.#draw();
  }

  #add(sequence, timeMs, price) {
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    this.#times.push(timeMs);
    this.#prices.push(Number(price));
    if (this.#times.length > POINTS_MAX) {
      this.#times.splice(0, POINTS_MAX / 4);
      this.#prices.splice(0, POINTS_MAX / 4);
      this.#news = this.#news.filter((each) => each.timeMs >= this.#times[0]);
    }
  }

  // The symbols to choose from; at first that of the newest order.
  #offer() {
    const known = [...this.store.prices.keys()].sort();
    if (known.length !== this.select.options.length || known.some((name, at) => this.select.options[at].value !== name)) {
      this.select.replaceChildren(...known.map((name) => h("option", { value: name, selected: name === this.#symbol }, name)));
    }
    if (this.#symbol === null && known.length > 0) {
      const ordered = [...this.store.orders.values()].at(-1)?.symbol;
      this.select.value = known.includes(ordered) ? ordered : known[0];
      this.show(this.select.value);
    }
  }

  #draw() {
    const first = this.#times[0] ?? Infinity;
    const fills = [...this.store.fills.values()]
      .filter((fill) => fill.symbol === this.#symbol && fill.feed_session === this.#session && fill.event_time)
      .map((fill) => ({ ...fill, timeMs: Date.parse(fill.event_time) }))
      .filter((fill) => fill.timeMs >= first);
    this.chart.update({
      times: this.#times,
      columns: [this.#prices],
      marks: [
        ...this.#news.map(({ timeMs, value }) => ({ timeMs, value: Number(value), scale: "sentiment", style: "news", tone: "tone-4" })),
        ...fills.map((fill) => ({
          timeMs: fill.timeMs, value: Number(fill.price), scale: "price",
          ...(fill.side === "BUY" ? { style: "buy", tone: "tone-1" } : { style: "sell", tone: "tone-2" }),
        })),
      ],
      summary: `${this.#symbol} at ${format.price(this.#prices.at(-1) ?? null)}, from ${format.price(lowest(this.#prices))} to ${format.price(highest(this.#prices))}; ${this.#news.length} news, ${fills.length} fills`,
      rows: () => this.#rows(fills),
    });
  }

  #rows(fills) {
    const prices = this.#times.slice(-ROWS_MAX).map((timeMs, at, times) => ({
      timeMs, what: "price", value: this.#prices.at(at - times.length), key: `p${timeMs}-${at - times.length + this.#sequence}`,
    }));
    const news = this.#news.slice(-ROWS_MAX).map((each) => ({ ...each, what: "news, sentiment", key: `n${each.sequence}` }));
    const filled = fills.slice(-ROWS_MAX).map((fill) => ({
      timeMs: fill.timeMs, what: `${fill.side} ${format.quantity(fill.quantity)}, order ${fill.order_id}`, value: fill.price, key: fill.exec_id,
    }));
    return [...prices, ...news, ...filled].sort((left, right) => right.timeMs - left.timeMs).slice(0, ROWS_MAX);
  }
}

const lowest = (values) => (values.length ? values.reduce((left, right) => Math.min(left, right)) : null);
const highest = (values) => (values.length ? values.reduce((left, right) => Math.max(left, right)) : null);
