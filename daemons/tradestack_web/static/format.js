// Values → texts. Decimal texts are formatted as they are, without passing through a float.

const LOCALE = "en";
const NONE = "–";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 8 });
const cents = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "negative",
});
const signed = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero",
});
const priced = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 8 });
const UNITS = ["B", "kB", "MB", "GB", "TB"];

const orNone = (format) => (value) => (value === null || value === undefined ? NONE : format(value));

export const count = orNone((value) => whole.format(value));
export const quantity = orNone((value) => exact.format(value));
export const money = orNone((value) => cents.format(value));
export const profit = orNone((value) => signed.format(value));
export const price = orNone((value) => priced.format(value));
export const rate = orNone((value) => (value < 10 ? exact.format(Math.round(value * 10) / 10) : whole.format(value)));

export const bytes = orNone((value) => {
  let size = Number(value);
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
});

export const latency = orNone((us) => {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(1)} s`;
});

// UTC text of the server → its time of day, and whole.
export const clock = orNone((text) => text.slice(11, 19));
export const clockMs = orNone((text) => text.slice(11, 23).replace("Z", ""));
export const dated = orNone((text) => `${text.slice(0, 10)} ${text.slice(11, 19)}`);

export const fromMs = (ms) => new Date(ms).toISOString();
// Nanoseconds beyond 2⁵³ are rounded by JSON.parse to about 0.1 µs; microseconds are shown.
export const fromNs = orNone((ns) => {
  const ms = Math.floor(ns / 1e6);
  const us = Math.floor((ns - ms * 1e6) / 1e3);
  return `${new Date(ms).toISOString().slice(0, 23).replace("T", " ")}${String(us).padStart(3, "0")}`;
});

export const duration = orNone((seconds) => {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  const hours = Math.floor(s / 3600);
  return hours < 48 ? `${hours} h ${Math.floor((s % 3600) / 60)} min` : `${Math.floor(hours / 24)} days`;
});

export const tone = (value) => (Number(value) > 0 ? "up" : Number(value) < 0 ? "down" : null);
// A side by its shape as well as by its colour.
export const side = (name) => ({ text: `${name === "BUY" ? "▲" : "▼"} ${name}`, tone: name === "BUY" ? "up" : "down" });
