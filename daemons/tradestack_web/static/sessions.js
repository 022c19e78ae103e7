// The page with the recorded sessions, each with its report.

import { get } from "/static/api.js";
import { h, panel } from "/static/dom.js";
import * as format from "/static/format.js";
import { Table } from "/static/table.js";

export class SessionsPage {
  title = "Sessions";

  constructor() {
    this.feed = sessionsTable("Feed sessions", true);
    this.orders = sessionsTable("Order sessions", false);
    this.problem = h("p", { class: "problem", role: "alert" });
    this.element = h(
      "div", { class: "single" },
      h("h1", { tabindex: "-1" }, "Sessions"),
      this.problem,
      panel("Feed sessions", { name: "long" }, h("p", { class: "hint" }, "One numbered run of ticks each. The report shows what was done with it."), this.feed.element),
      panel("Order sessions", { name: "long" }, h("p", { class: "hint" }, "One order journal each."), this.orders.element),
    );
    this.#load();
  }

  update() {}

  async #load() {
    try {
      const { feed, orders } = await get("/api/sessions");
      this.feed.update(feed);
      this.orders.update(orders);
    } catch (fault) {
      this.problem.textContent = [fault.message, fault.remedy].filter(Boolean).join(": ");
    }
  }
}

function sessionsTable(label, isFeed) {
  return new Table({
    label, empty: "None is recorded.", keyOf: (row) => row.session,
    columns: [
      { title: "Session", cell: (row) => row.session, code: true, head: true },
      { title: "Began, UTC", cell: (row) => format.dated(row.began), wraps: true },
      { title: "State", cell: (row) => (row.live ? { text: "● live", tone: "good" } : "recorded") },
      isFeed && { title: "Messages", cell: (row) => format.count(row.messages), number: true, least: true },
      { title: "Size", cell: (row) => format.bytes(row.bytes), number: true, least: isFeed },
      isFeed && { title: "Report", cell: (row) => ({ text: "Report", label: `Report of ${row.session}`, href: `/sessions/${encodeURIComponent(row.session)}/report` }) },
    ].filter(Boolean),
  });
}
