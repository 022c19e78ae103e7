// The way of a relayed feed: each gateway that it has passed, and this one, with how far behind it is.

import { h, panel, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { Table } from "/static/table.js";

export class WayPanel {
  constructor() {
    this.says = h("span", { class: "count" });
    this.table = new Table({
      label: "Gateways that the feed passes", empty: "The upstream has not sent its way yet.", keyOf: (row) => row.number,
      columns: [
        { title: "Gateway", cell: (row) => row.host, head: true },
        { title: "Newest", cell: (row) => format.count(row.head), number: true },
        { title: "Behind", cell: (row) => ({ text: format.count(row.behind), title: "messages that the gateway before has, and this one has not" }), number: true },
        { title: "Lag", cell: (row) => ({ text: format.latency(row.lagUs), title: "from the first publication of its newest message to the publication there" }), number: true },
        { title: "Of this hop", cell: (row) => ({ text: format.latency(row.hopUs), title: "what it adds to the lag of the gateway before" }), number: true, minor: true },
      ],
    });
    this.element = panel("Way of the feed", { extra: this.says }, this.table.element);
    this.element.hidden = true;
  }

  update(gateway) {
    const upstream = gateway?.upstream;
    this.element.hidden = !upstream;
    if (!upstream) return;
    const hops = `${format.count(upstream.hops)} ${upstream.hops === 1 ? "hop" : "hops"}`;
    setText(this.says, `${hops}, ${upstream.connected ? "from" : "not connected to"} ${upstream.address}`);
    this.table.update(upstream.hops ? hopsOf(gateway) : []);
  }
}

export function hopsOf({ upstream, head }) {
  const gateways = [...upstream.way, { host: "here", head, lag_us: upstream.lag_us }];
  return gateways.map(({ host, head: newest, lag_us: lagUs }, number) => {
    const before = gateways[number - 1];
    return {
      number, host, head: newest, lagUs,
      behind: before ? Math.max(0, before.head - newest) : null,
      hopUs: before ? Math.max(0, lagUs - before.lag_us) : null,
    };
  });
}
