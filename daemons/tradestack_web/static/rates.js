// The panel with rates, lag and latencies over time.

import { TimeChart } from "/static/chart.js";
import { h, panel, setText } from "/static/dom.js";
import * as format from "/static/format.js";

const ROWS_MAX = 30;
const LINES = {
  rates: [
    { name: "Ticks/s", value: "ticks", tone: "tone-1", style: "line", scale: "ticks", format: format.rate },
    { name: "Orders/s, mean of 10 s (right)", value: "orders", tone: "tone-2", style: "dash", scale: "orders", format: format.rate },
  ],
  latencies: [
    { name: "Publish → order, 99 %", value: "toOrder", tone: "tone-3", style: "line", scale: "us", format: format.latency },
    { name: "Order → report, 99 %", value: "toReport", tone: "tone-4", style: "dash", scale: "us", format: format.latency },
    { name: "Lag, messages (right)", value: "lag", tone: "tone-6", style: "dots", scale: "lag", format: format.count },
  ],
};
const fromZero = (_, __, maximum) => [0, Math.max(1, maximum ?? 0) * 1.1];
const SCALES = {
  rates: { ticks: { format: format.rate, range: fromZero }, orders: { format: format.quantity, range: fromZero, right: true } },
  latencies: { us: { format: format.latency, range: fromZero }, lag: { format: format.quantity, range: fromZero, right: true, whole: true } },
};

export class RatesPanel {
  constructor(store) {
    this.store = store;
    this.charts = Object.entries(LINES).map(([name, lines]) => [lines, new TimeChart({
      label: name === "rates" ? "Ticks and orders per second" : "Latency and lag",
      low: true, lines, scales: SCALES[name], empty: "Nothing measured yet.",
      columns: [
        { title: "Time, UTC", cell: (row) => format.clock(format.fromMs(row.timeMs)), head: true },
        ...lines.map((line) => ({ title: line.name, cell: (row) => line.format(row[line.value]), number: true })),
      ],
    })]);
    this.since = h("span", { class: "count" });
    this.element = panel("Rates and latency", { extra: this.since }, ...this.charts.map(([, chart]) => chart.element));
  }

  update() {
    const { times, values } = this.store.rates;
    setText(this.since, `since ${format.clock(format.fromMs(times[0]))}; latencies since their session began`);
    for (const [lines, chart] of this.charts) {
      chart.update({
        times,
        columns: lines.map((line) => values.get(line.value)),
        summary: lines.map((line) => `${line.name} ${line.format(values.get(line.value).at(-1))}`).join(", "),
        rows: () => times.slice(-ROWS_MAX).map((timeMs, at, shown) => ({
          key: timeMs, timeMs, ...Object.fromEntries(lines.map((line) => [line.value, values.get(line.value).at(at - shown.length)])),
        })).reverse(),
      });
    }
  }

  close() {
    for (const [, chart] of this.charts) chart.close();
  }
}
