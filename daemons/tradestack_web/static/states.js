// States of the daemons, and what of them needs somebody: pure functions of the stats.

const NEAR_PERCENT = 80;
export const NO_ANSWER = "does not answer";
const NAMES = { exporter: "exporter", fix: "FIX port", grpc: "gRPC edge" };

// Name → state of each daemon, as it is shown and said.
export function statesOf(stats) {
  const states = new Map([["gateway", stats.gateway?.source_state ?? NO_ANSWER]]);
  for (const [name, strategy] of Object.entries(stats.strategies)) {
    states.set(`strategy ${name}`, strategy?.state ?? NO_ANSWER);
  }
  states.set("order manager", tradingState(stats));
  for (const [name, other] of Object.entries(stats.others)) {
    states.set(NAMES[name], other ? other.state ?? "running" : NO_ANSWER);
  }
  return states;
}

// [{name, state, stats}] of each daemon; stats: null if it does not answer.
export function daemonsOf(stats) {
  const answers = [stats.gateway, ...Object.values(stats.strategies), stats.order_manager, ...Object.values(stats.others)];
  return [...statesOf(stats)].map(([name, state], at) => ({ name, state, stats: answers[at] }));
}

export function tradingState({ order_manager: manager }) {
  return manager ? manager.trading.state.toLowerCase() : NO_ANSWER;
}

// State → tone: how it is drawn. Every tone has a shape of its own.
export function toneOf(state) {
  if (["running", "live", "active", "exporting"].includes(state)) return "good";
  if (["paused", "reducing"].includes(state)) return "hold";
  if (["fault", "halted", NO_ANSWER].includes(state)) return "bad";
  return "calm"; // ended, replaying, waiting, connecting, spare
}

// [{tone, what, text}]: the worst first.
export function troublesOf(stats, accounts) {
  const troubles = [
    ...Object.entries(stats.faults).map(([name, text]) => trouble("bad", name, text)),
    ...ofGateway(stats.gateway),
    ...ofOrderManager(stats.order_manager),
    ...Object.entries(stats.strategies).flatMap(([name, each]) => ofStrategy(name, each)),
    ...Object.entries(stats.others).flatMap(([name, each]) => ofOther(NAMES[name], each)),
    ...ofAccounts(accounts),
  ];
  return troubles.sort((left, right) => (left.tone === right.tone ? 0 : left.tone === "bad" ? -1 : 1));
}

const trouble = (tone, what, text) => ({ tone, what, text });

function ofGateway(gateway) {
  if (!gateway) return [];
  const fault = gateway.source_fault && [gateway.source_fault, gateway.source_remedy].filter(Boolean).join(": ");
  return [
    fault && trouble("bad", "gateway", fault),
    gateway.publication_blocked && trouble("bad", "gateway", gateway.publication_blocked),
    gateway.sources_apart === true && trouble("hold", "gateway", "prices and news have no symbol or no time in common"),
    ...ofAny("gateway", gateway),
  ].filter(Boolean);
}

function ofOrderManager(manager) {
  if (!manager) return [];
  const faults = [manager.session_fault, manager.journal_fault, manager.order_log_fault].filter(Boolean);
  const { users_halted: halted, users_reducing: reducing } = manager.trading;
  return [
    ...faults.map((text) => trouble("bad", "order manager", text)),
    halted > 0 && trouble("hold", "order manager", `${halted} halted: their users may not send orders`),
    reducing > 0 && trouble("hold", "order manager", `${reducing} reducing: their users may only reduce positions`),
    ...ofAny("order manager", manager),
  ].filter(Boolean);
}

function ofStrategy(name, strategy) {
  if (!strategy) return [];
  const reason = strategy.pause_reason && trouble("bad", `strategy ${name}`, `paused: ${strategy.pause_reason}`);
  return [reason, ...ofAny(`strategy ${name}`, strategy)].filter(Boolean);
}

function ofOther(name, stats) {
  if (!stats) return [];
  const fault = stats.server_fault && trouble("bad", name, `nothing is exported: ${stats.server_fault}`);
  return [fault, ...ofAny(name, stats)].filter(Boolean);
}

function ofAny(what, stats) {
  const said = stats.pause_reason ?? stats.source_fault ?? stats.server_fault;
  return [
    stats.limits_near && trouble("hold", what, stats.limits_near),
    stats.last_error && !(said && stats.last_error.includes(said)) && trouble("hold", what, `last error: ${stats.last_error}`),
  ].filter(Boolean);
}

function ofAccounts(accounts) {
  if (!accounts) return [];
  const { unavailable, limits } = accounts;
  return [
    ...unavailable.map((each) => trouble("bad", `account ${each.user}`, each.reason)),
    ...limits.states
      .filter((each) => each.state !== "ACTIVE")
      .map((each) => trouble(
        each.state === "HALTED" ? "bad" : "hold",
        each.user === null ? "all users" : `user ${each.user}`,
        `${each.state} since ${each.since.slice(0, 19).replace("T", " ")}: ${each.reason}`,
      )),
    ...limits.limits
      .filter((each) => each.percent >= NEAR_PERCENT)
      .map((each) => trouble(
        each.percent >= 100 ? "bad" : "hold", each.scope, `${each.key}: ${each.percent} % of ${each.limit} used`,
      )),
  ];
}
