"use strict";
// Draw each chart of the document. What a chart shows is the JSON in the element that its data-source
// names: {start, times, lines: [{label, values, path, tone, dash}], marks: [{label, shape, tone, times,
// values, texts}], unit, decimals, floor}. Times are milliseconds after `start`, Unix seconds.
(() => {
  const KEYS_STEP = 20; // of the points, with Shift
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const printing = matchMedia("print");
  const drawn = new Map(); // the plot of each element

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  const pad = (number, digits = 2) => String(number).padStart(digits, "0");
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  function dayText(date) {
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  }

  function timeText(date, step) {
    const minutes = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
    if (step >= 60) return minutes;
    const seconds = `${minutes}:${pad(date.getUTCSeconds())}`;
    return step >= 1 ? seconds : `${seconds}.${pad(date.getUTCMilliseconds(), 3)}`;
  }

  function momentText(seconds) {
    const date = new Date(seconds * 1000);
    return `${dayText(date)} ${date.getUTCFullYear()} ${timeText(date, 0)} UTC`;
  }

  // The day is written at the first label and wherever it is another one.
  function timeLabels(_plot, splits, _axis, _space, step) {
    let day = "";
    return splits.map((seconds) => {
      const date = new Date(seconds * 1000);
      const its = dayText(date);
      const text = step >= 86400 ? its : timeText(date, step) + (its === day ? "" : `\n${its}`);
      day = its;
      return text;
    });
  }

  function numberText(value, decimals) {
    if (value === null || value === undefined) return "–";
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return value.toLocaleString("en-US", options).replace("-", "−");
  }

  function labelsOf(_plot, splits) {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
    let decimals = 0;
    while (decimals < 8 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6) decimals += 1;
    return splits.map((value) => numberText(value, decimals));
  }

  function labelHeight(_plot, labels) {
    return rem() * (labels && labels.some((label) => label.includes("\n")) ? 2.6 : 1.6);
  }

  function labelWidth(plot, labels, axis) {
    if (!labels) return plot.axes[axis]._size;
    const longest = Math.max(...labels.map((label) => label.length));
    return Math.ceil(longest * rem() * 0.47 + rem());
  }

  function pathOf(line) {
    return line.path === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
  }

  function series(line) {
    const colour = css(`--tone-${line.tone}`);
    return {
      label: line.label,
      stroke: colour,
      fill: line.path === "area" ? `${colour}33` : undefined,
      dash: line.dash.length ? line.dash.map((length) => length * devicePixelRatio) : undefined,
      width: rem() / 10,
      paths: pathOf(line),
      points: { show: false },
      spanGaps: false,
    };
  }

  const SHAPES = {
    up: [[0, -1], [0.95, 0.75], [-0.95, 0.75]],
    down: [[0, 1], [0.95, -0.75], [-0.95, -0.75]],
    diamond: [[0, -1], [0.8, 0], [0, 1], [-0.8, 0]],
    square: [[-0.7, -0.7], [0.7, -0.7], [0.7, 0.7], [-0.7, 0.7]],
  };

  function drawMarks(plot, data) {
    const { ctx } = plot;
    const size = rem() * 0.36 * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    for (const mark of data.marks) {
      ctx.strokeStyle = css("--paper");
      ctx.fillStyle = css(`--tone-${mark.tone}`);
      ctx.lineWidth = devicePixelRatio;
      mark.times.forEach((time, index) => {
        const x = plot.valToPos(data.start + time / 1000, "x", true);
        const y = plot.valToPos(mark.values[index], "y", true);
        ctx.beginPath();
        for (const [right, down] of SHAPES[mark.shape]) ctx.lineTo(x + right * size, y + down * size);
        ctx.closePath();
        ctx.fill();
        ctx.stroke();
      });
    }
    ctx.restore();
  }

  // The marks within a few pixels of the cursor, in words.
  function marksAt(plot, data) {
    const { left, top } = plot.cursor;
    const near = rem() * 0.7;
    const texts = [];
    for (const mark of data.marks) {
      mark.times.forEach((time, index) => {
        const x = plot.valToPos(data.start + time / 1000, "x");
        const y = plot.valToPos(mark.values[index], "y");
        if (Math.abs(x - left) < near && (top < 0 || Math.abs(y - top) < near)) texts.push(mark.texts[index]);
      });
    }
    return texts.length > 4 ? [...texts.slice(0, 4), `and ${texts.length - 4} more`] : texts;
  }

  function show(plot, data, element) {
    const index = plot.cursor.idx;
    const figure = element.closest("figure");
    const isInside = index !== null && index !== undefined && plot.cursor.left >= 0;
    figure.querySelectorAll(".line .value").forEach((value, number) => {
      value.textContent = isInside ? numberText(plot.data[number + 1][index], data.decimals) : "";
    });
    // Charts share the cursor; only the one that it is moved in says where it is.
    const isMovedHere = element.matches(":hover, :focus");
    const parts = isInside && isMovedHere ? [momentText(plot.data[0][index]), ...marksAt(plot, data)] : [];
    figure.querySelector(".readout").textContent = parts.join(" · ");
  }

  function options(data, element) {
    const axis = {
      stroke: css("--soft"),
      grid: { stroke: css("--hair"), width: 1 },
      ticks: { stroke: css("--rule"), width: 1, size: 4 },
      font: `${Math.round(rem() * 0.74)}px ${css("--sans")}`,
    };
    return {
      width: element.clientWidth,
      height: element.clientHeight,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { drag: { x: true, y: false, dist: 5 }, sync: data.sync ? { key: data.sync, setSeries: false } : undefined, points: { size: rem() * 0.5 } },
      scales: { y: { range: (_plot, low, high) => yRange(low, high, data) } },
      axes: [
        { ...axis, values: timeLabels, space: rem() * 4.6, size: labelHeight, gap: 4 },
        { ...axis, values: labelsOf, size: labelWidth, space: rem() * 2.2, gap: 4 },
      ],
      series: [{}, ...data.lines.map(series)],
      hooks: {
        draw: [(plot) => drawMarks(plot, data)],
        setCursor: [(plot) => show(plot, data, element)],
      },
    };
  }

  function yRange(low, high, { floor, marks }) {
    if (low === null) return [0, 1];
    const values = marks.flatMap((mark) => mark.values);
    if (floor !== null) values.push(floor);
    const least = Math.min(low, ...values);
    const most = Math.max(high, ...values);
    const margin = (most - least || Math.abs(most) || 1) * 0.07;
    return [least === floor ? floor : least - margin, most === floor ? floor : most + margin];
  }

  function draw(element) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const times = data.times.map((time) => data.start + time / 1000);
    const before = drawn.get(element);
    if (before) before.destroy();
    drawn.set(element, new uPlot(options(data, element), [times, ...data.lines.map((line) => line.values)], element));
  }

  function drawAll() {
    document.querySelectorAll(".plot").forEach(draw);
  }

  function moveCursor(plot, step) {
    const { min, max } = plot.scales.x;
    const last = plot.data[0].length - 1;
    const now = plot.cursor.left >= 0 ? plot.cursor.idx : step > 0 ? -1 : last + 1;
    let index = Math.max(0, Math.min(last, now + step));
    while (index < last && plot.data[0][index] < min) index += 1;
    while (index > 0 && plot.data[0][index] > max) index -= 1;
    const value = plot.data[1][index];
    const top = value === null ? plot.over.clientHeight / 2 : plot.valToPos(value, "y");
    plot.setCursor({ left: plot.valToPos(plot.data[0][index], "x"), top }, true, true); // and tell the others
  }

  function zoom(plot, factor) {
    const times = plot.data[0];
    const { min, max } = plot.scales.x;
    const middle = plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : (min + max) / 2;
    const least = Math.max(times[0], middle - (middle - min) * factor);
    const most = Math.min(times[times.length - 1], middle + (max - middle) * factor);
    if (most > least) plot.setScale("x", { min: least, max: most });
  }

  function onKey(event) {
    const plot = drawn.get(event.currentTarget);
    const times = plot.data[0];
    const actions = {
      ArrowLeft: () => moveCursor(plot, event.shiftKey ? -KEYS_STEP : -1),
      ArrowRight: () => moveCursor(plot, event.shiftKey ? KEYS_STEP : 1),
      "+": () => zoom(plot, 0.5),
      "-": () => zoom(plot, 2),
      0: () => plot.setScale("x", { min: times[0], max: times[times.length - 1] }),
      Escape: () => plot.setCursor({ left: -10, top: -10 }),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const plot = drawn.get(target);
      const size = { width: target.clientWidth, height: target.clientHeight };
      if (plot && (plot.width !== size.width || plot.height !== size.height)) plot.setSize(size);
    }
  });

  drawAll();
  document.querySelectorAll(".plot").forEach((element) => {
    element.addEventListener("keydown", onKey);
    resized.observe(element);
  });
  dark.addEventListener("change", drawAll);
  printing.addEventListener("change", drawAll);
})();
