// The way of a tick through the daemons: a stage for each, and between two what the way takes.

import { ActionBar, gatewayActions, managerActions, strategyActions } from "/static/actions.js";
import { Facts, h, setAttribute, setText } from "/static/dom.js";
import * as format from "/static/format.js";
import { NO_ANSWER, toneOf, tradingState } from "/static/states.js";

export class Pipeline {
  #strategies = new Map();

  constructor(store) {
    this.store = store;
    this.gateway = new Stage("Gateway", "ticks per second", ["Pace", "Published", "Clients", "Lag, slowest", "Feed log", "Memory", "Session", "Since"], gatewayActions(store));
    this.manager = new Stage("Order manager", "orders per second, mean of 10 s", ["Received", "Rejected", "Filled", "Working", "To journal", "Memory", "Session", "Since"], managerActions(store));
    this.list = h("div", { class: "strategies" });
    this.toOrder = new Hop("publish → order");
    this.toReport = new Hop("order → report");
    this.element = h(
      "section",
      { class: "pipeline", "aria-labelledby": "pipeline" },
      h("h2", { id: "pipeline", class: "unseen" }, "Daemons"),
      this.gateway.element, this.toOrder.element, this.list, this.toReport.element, this.manager.element,
    );
  }

  update() {
    const { stats } = this.store;
    if (!stats) return;
    this.#updateGateway(stats.gateway);
    this.#updateManager(stats);
    this.#updateStrategies(stats.strategies);
    this.toOrder.update(stats.strategies, "publish_to_order");
    this.toReport.update(stats.strategies, "order_to_report");
    for (const stage of [this.gateway, this.manager, ...this.#strategies.values()]) stage.bar.update(this.store);
  }

  #updateGateway(gateway) {
    this.gateway.update(gateway?.source_state ?? NO_ANSWER, gateway && format.rate(gateway.rates["1s"]), gateway && {
      Pace: gateway.pace,
      Published: gateway.ticks_expected
        ? { text: `${format.count(gateway.head)} of ${format.count(gateway.ticks_expected)}`, title: `at the end: ${gateway.at_end}` }
        : format.count(gateway.head),
      Clients: format.count(gateway.client_count),
      "Lag, slowest": { text: format.count(gateway.lag_max), title: "messages that wait to be sent to the slowest client" },
      "Feed log": format.bytes(gateway.log_bytes),
      Memory: format.bytes(gateway.pss_bytes),
      ...sessionFacts(gateway),
    });
  }

  #updateManager(stats) {
    const manager = stats.order_manager;
    const latency = manager?.latency?.received_to_journalled;
    this.manager.update(tradingState(stats), manager && format.rate(manager.rates["10s"]), manager && {
      Received: format.count(manager.orders_received),
      Rejected: {
        text: format.count(manager.orders_rejected),
        title: Object.entries(manager.rejects).map(([reason, number]) => `${reason}: ${number}`).join("\n") || null,
      },
      Filled: { text: format.count(manager.orders_filled), title: `${format.count(manager.fills)} fills` },
      Working: format.count(manager.orders_working),
      "To journal": { text: latency ? `${format.latency(latency.p50_us)}, 99 %: ${format.latency(latency.p99_us)}` : "–", title: "from receipt to journal: median, and of 99 %" },
      Memory: format.bytes(manager.pss_bytes),
      ...sessionFacts(manager),
    });
  }

  #updateStrategies(strategies) {
    for (const [name, stats] of Object.entries(strategies)) {
      if (!this.#strategies.has(name)) {
        const stage = new Stage(name, "", ["Lag", "Orders", "Rejected", "Fills", "Working"], strategyActions(this.store, name), `/strategies/${encodeURIComponent(name)}`);
        this.#strategies.set(name, stage);
        this.list.append(stage.element);
      }
      this.#strategies.get(name).update(stats?.state ?? NO_ANSWER, null, stats && {
        Lag: { text: format.count(stats.lag), title: "messages of the feed that wait to be processed" },
        Orders: format.count(stats.orders_sent),
        Rejected: format.count(stats.orders_rejected),
        Fills: format.count(stats.fills),
        Working: format.count(stats.orders_working),
      });
    }
    for (const [name, stage] of this.#strategies) {
      if (!(name in strategies)) {
        stage.element.remove();
        this.#strategies.delete(name);
      }
    }
  }
}

const sessionFacts = (stats) => ({
  Session: stats.session,
  Since: { text: format.clock(stats.session_start_time), title: `counted since ${format.dated(stats.session_start_time)} UTC; the process runs since ${format.dated(stats.start_time)}` },
});

class Stage {
  constructor(title, unit, names, actions, href = null) {
    this.state = h("span", { class: "state" });
    this.figure = h("span", { class: "figure-value" });
    this.facts = new Facts(names, title);
    this.bar = new ActionBar(title, actions);
    this.element = h(
      "article",
      { class: href ? "stage strategy" : "stage", "aria-label": title },
      h("header", { class: "stage-head" }, h("h3", {}, href ? h("a", { href }, title) : title), this.state),
      unit ? h("p", { class: "figure" }, this.figure, " ", h("span", { class: "unit" }, unit)) : null,
      this.facts.element,
      this.bar.element,
    );
  }

  update(state, figure, facts) {
    setText(this.state, state);
    setAttribute(this.state, "data-state", toneOf(state));
    setText(this.figure, figure ?? "–");
    this.facts.element.hidden = !facts;
    if (facts) this.facts.update(facts);
  }
}

class Hop {
  constructor(name) {
    this.value = h("span", { class: "hop-value" });
    this.tail = h("span", { class: "hop-tail" });
    this.element = h("div", { class: "hop" }, h("span", { class: "hop-name" }, name), this.value, this.tail);
  }

  // Of several strategies, that with the worst tail.
  update(strategies, name) {
    const known = Object.entries(strategies)
      .filter(([, stats]) => stats?.latency?.[name]?.count)
      .map(([instance, stats]) => ({ instance, ...stats.latency[name] }))
      .sort((left, right) => right.p99_us - left.p99_us);
    const worst = known[0];
    setText(this.value, worst ? format.latency(worst.p50_us) : "–");
    setText(this.tail, worst ? `99 %: ${format.latency(worst.p99_us)}` : "nothing measured");
    setAttribute(this.element, "title", worst ? `${worst.instance}: median, and 99 % of ${format.count(worst.count)}; 99.9 %: ${format.latency(worst.p999_us)}` : null);
  }
}
