// A chart over time (uPlot on a canvas), its key with the values, and the same numbers as a table.

import { asCell, h, setAttribute, setText, svg } from "/static/dom.js";
import { Table } from "/static/table.js";

const DASHES = { line: [], dash: [8, 4], dots: [2, 4] };
// Points around the middle of a mark, in units of its size.
const SHAPES = {
  buy: [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]],
  sell: [[0, 1.2], [1.1, -0.9], [-1.1, -0.9]],
  news: [[0, -1], [0.8, 0], [0, 1], [-0.8, 0]],
};
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// Distances of the labels below a chart: never two with the same text.
const WHOLE_INCREMENTS = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const INCREMENTS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 30].map((days) => days * DAY_MS),
];

export class TimeChart {
  #plot = null;
  #rem = 0;
  #times = [];
  #columns = [];
  #marks = [];
  #box;
  #values = new Map();

  // lines: {name, tone, style, scale, format}; scales: {NAME: {format, range, right, whole}}
  // marks: kinds of points: {name, tone, style}
  constructor({ label, lines, scales, marks = [], columns, keyOf = (row) => row.key, empty, low = false }) {
    this.label = label;
    this.lines = lines;
    this.scales = scales;
    this.#box = h("div", { class: low ? "plot low" : "plot", role: "img", "aria-label": label });
    this.key = h("ul", { class: "key" }, [...lines, ...marks].map((each) => this.#keyItem(each)));
    this.empty = h("p", { class: "empty" }, empty);
    this.table = new Table({ label, columns, keyOf, empty });
    this.details = h("details", { ontoggle: () => this.#fillTable() }, h("summary", {}, "As a table"), this.table.element);
    this.element = h("div", { class: "chart" }, this.key, this.#box, this.empty, this.details);
    this.rows = () => [];
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(this.#box);
    this.#dark = matchMedia("(prefers-color-scheme: dark)");
    this.#dark.addEventListener("change", this.#redraw);
  }

  #resizing;
  #dark;
  #redraw = () => this.#plot?.redraw(false);

  // times in ms; columns: a list of numbers for each line; marks: {timeMs, value, scale, style, tone}
  update({ times, columns, marks = [], summary, rows }) {
    this.#times = times;
    this.#columns = columns;
    this.#marks = marks;
    this.rows = rows;
    this.empty.hidden = times.length > 0;
    this.#box.hidden = times.length === 0;
    setAttribute(this.#box, "aria-label", `${this.label}: ${summary}`);
    if (times.length > 0) this.#draw();
    this.#showValues(null);
    this.#fillTable();
  }

  close() {
    this.#resizing.disconnect();
    this.#dark.removeEventListener("change", this.#redraw);
    this.#plot?.destroy();
  }

  #keyItem({ name, tone, style = "line", format }) {
    const value = h("span", { class: "key-value" });
    if (format) this.#values.set(name, value);
    return h("li", {}, swatch(style, tone), name, value);
  }

  // Anew where the size of letters is another one: uPlot keeps that of its axes.
  #draw() {
    if (this.#plot && this.#rem !== rem()) {
      this.#plot.destroy();
      this.#plot = null;
    }
    this.#rem = rem();
    const data = [this.#times, ...this.#columns, ...this.#scalesOfMarks().map(() => this.#times.map(() => null))];
    if (this.#plot) this.#plot.setData(data);
    else if (this.#box.clientWidth > 0) this.#plot = new uPlot(this.#options(), data, this.#box);
  }

  #resize() {
    const size = { width: this.#box.clientWidth, height: this.#box.clientHeight };
    if (size.width === 0) return;
    if (this.#plot && this.#rem === rem()) this.#plot.setSize(size);
    else if (this.#times.length > 0) this.#draw();
  }

  // uPlot draws no axis of a scale without a line.
  #scalesOfMarks() {
    return Object.keys(this.scales).filter((name) => !this.lines.some((line) => line.scale === name));
  }

  #options() {
    const font = `${Math.round(rem() * 0.82)}px system-ui, sans-serif`;
    const axis = { stroke: () => colour("--soft"), font, ticks: { show: false }, grid: { stroke: () => colour("--hair"), width: 1 } };
    return {
      width: this.#box.clientWidth,
      height: this.#box.clientHeight,
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), "Etc/UTC"),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      scales: Object.fromEntries(Object.entries(this.scales).map(([name, { range }]) => [name, range ? { range } : {}])),
      series: [{}, ...this.lines.map((line) => ({
        scale: line.scale,
        stroke: () => colour(`--${line.tone}`),
        width: 1.5,
        dash: DASHES[line.style ?? "line"],
        points: { show: false },
      })), ...this.#scalesOfMarks().map((scale) => ({ scale, points: { show: false } }))],
      axes: [
        { ...axis, values: timeTexts, incrs: INCREMENTS_MS, space: rem() * 5, size: rem() * 2 },
        ...Object.entries(this.scales).map(([scale, { format, right, whole }]) => ({
          ...axis,
          ...(whole ? { incrs: WHOLE_INCREMENTS } : {}),
          scale,
          side: right ? 1 : 3,
          grid: { ...axis.grid, show: !right },
          size: rem() * (right ? 2.6 : 4.6),
          space: rem() * 2.2,
          values: (_, splits) => splits.map((value) => format(value)),
        })),
      ],
      hooks: {
        draw: [(plot) => drawMarks(plot, this.#marks)],
        setCursor: [(plot) => this.#showValues(plot.cursor.idx)],
      },
    };
  }

  #showValues(index) {
    this.lines.forEach((line, at) => {
      const box = this.#values.get(line.name);
      const values = this.#columns[at] ?? [];
      const value = index === null || index === undefined ? values.findLast((each) => each !== null) : values[index];
      if (box) setText(box, value === undefined || value === null ? "" : asCell(line.format(value)).text);
    });
  }

  #fillTable() {
    if (this.details.open) this.table.update(this.rows());
  }
}

// The same line or shape as in the chart.
function swatch(style, tone) {
  const shape = SHAPES[style]
    ? svg("polygon", { points: SHAPES[style].map(([x, y]) => `${12 + x * 5},${6 + y * 5}`).join(" "), fill: "currentColor" })
    : svg("line", { x1: 0, y1: 6, x2: 24, y2: 6, stroke: "currentColor", "stroke-width": 2, "stroke-dasharray": DASHES[style].join(" ") });
  return svg("svg", { class: "swatch", viewBox: "0 0 24 12", "data-series": tone, "aria-hidden": "true" }, shape);
}

function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio * (rem() / 16);
  ctx.save();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.strokeStyle = colour("--raised");
  for (const { timeMs, value, scale, style, tone } of marks) {
    const x = plot.valToPos(timeMs, "x", true);
    const y = plot.valToPos(value, scale, true);
    if (x < bbox.left || x > bbox.left + bbox.width || y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.fillStyle = colour(`--${tone}`);
    ctx.beginPath();
    SHAPES[style].forEach(([dx, dy], at) => ctx[at ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
    ctx.closePath();
    ctx.stroke();
    ctx.fill();
  }
  ctx.restore();
}

function timeTexts(plot, splits, axisIndex, space, increment) {
  const wide = plot.scales.x.max - plot.scales.x.min > DAY_MS;
  return splits.map((ms) => {
    const text = new Date(ms).toISOString();
    if (wide) return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
    return increment < MINUTE_MS ? text.slice(11, 19) : text.slice(11, 16);
  });
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
