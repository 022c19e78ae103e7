// The panel with the equity of each account, over time and now.

import { TimeChart } from "/static/chart.js";
import { h, panel, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { accountsTable } from "/static/tables.js";

const LINES_MAX = 6;
const STYLES = ["line", "dash", "dots"];
const ROWS_MAX = 30;

export class EquityPanel {
  #chart = null;
  #users = "";

  constructor(store) {
    this.store = store;
    this.accounts = accountsTable();
    this.since = h("span", { class: "count" });
    this.element = panel("Equity", { extra: this.since }, this.accounts.element);
  }

  close() {
    this.#chart?.close();
  }

  update() {
    const { accounts, equity } = this.store;
    this.accounts.update(accounts?.accounts ?? []);
    const users = [...equity.values.keys()].slice(0, LINES_MAX);
    if (users.length === 0) return;
    if (users.join("\n") !== this.#users) this.#rebuild(users);
    const columns = users.map((user) => equity.values.get(user));
    setText(this.since, `since ${format.clock(format.fromMs(equity.times[0]))}, when this page was opened`);
    this.#chart.update({
      times: equity.times,
      columns,
      summary: `${this.since.textContent}; ${users.map((user, at) => `${user} ${format.profit(columns[at].at(-1))}`).join(", ")}`,
      rows: () => equity.times.slice(-ROWS_MAX).map((timeMs, at, times) => ({
        key: timeMs, timeMs, values: columns.map((values) => values.at(at - times.length)),
      })).reverse(),
    });
  }

  #rebuild(users) {
    this.#users = users.join("\n");
    this.#chart?.close();
    this.#chart?.element.remove();
    this.#chart = new TimeChart({
      label: "Equity", low: true,
      lines: users.map((name, at) => ({ name, tone: `tone-${at + 1}`, style: STYLES[at % STYLES.length], scale: "money", format: format.profit })),
      scales: { money: { format: format.quantity } },
      columns: [
        { title: "Time, UTC", cell: (row) => format.clock(format.fromMs(row.timeMs)), head: true },
        ...users.map((name, at) => ({ title: name, cell: (row) => format.profit(row.values[at]), number: true })),
      ],
      empty: "No account yet.",
    });
    this.accounts.element.before(this.#chart.element);
  }
}
