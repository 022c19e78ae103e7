// What a visitor who is logged in may do: buttons, each with a dialog that says what will happen.

import { Fault, post } from "/static/api.js";
import { h, setAttribute, setText } from "/static/dom.js";

const REASON_MAX = 150;
const STATES = [
  ["ACTIVE", "Active: all orders. Losses count from the present equity on."],
  ["REDUCING", "Reducing: only orders that reduce a position. Working orders that may open one are canceled."],
  ["HALTED", "Halted: no orders. Cancels are always possible."],
];
let fields = 0;

export class ActionBar {
  constructor(title, actions) {
    this.actions = actions;
    this.element = h("div", { class: "actions", role: "group", "aria-label": `Actions: ${title}`, hidden: true }, actions.map((action) => action.button));
  }

  // A button that goes while it has the focus leaves it to one beside it.
  update({ me, stats }) {
    const focused = this.actions.find((action) => action.button === document.activeElement);
    this.element.hidden = !me.may_act;
    for (const action of this.actions) action.update(stats);
    if (focused?.button.hidden) this.actions.find((action) => !action.button.hidden)?.button.focus();
  }
}

export function gatewayActions(store) {
  const paused = (stats) => stats.gateway?.source_state === "paused";
  return [
    new Action(store, {
      name: "pause", label: "Pause feed…", title: "Pause the feed", verb: "Pause the feed", grave: true,
      explain: "The gateway publishes no tick until the feed is resumed, even across restarts. Clients stay connected, and working orders stay as they are.",
      shown: (stats) => stats.gateway && !paused(stats),
    }),
    new Action(store, {
      name: "resume", label: "Resume feed…", title: "Resume the feed", verb: "Resume the feed",
      explain: "The gateway goes on with the next tick. None is left out, and the time of the pause is not made up for.",
      shown: (stats) => stats.gateway && paused(stats),
    }),
    new Action(store, {
      name: "pace", label: "Set pace…", title: "Set the pace", verb: "Set the pace",
      explain: "From the next tick on, across restarts and sessions, until the configuration names another pace.",
      fields: (stats) => [text("pace", "Pace", { value: stats?.gateway?.pace ?? "", hint: "1x or 60x: as fast as it happened, or sixty times as fast. 500/s: ticks per second. max", maximum: 30 })],
      shown: (stats) => stats.gateway,
    }),
  ];
}

export function managerActions(store) {
  return [
    new Action(store, {
      name: "trading-state", label: "Trading state…", title: "Set which orders are accepted", verb: "Set the trading state", grave: true,
      explain: "From the next message on. The state outlives restarts; the stricter of a user's own and that of all users holds.",
      fields: (stats) => [choice("state", "State", STATES, stats.order_manager.trading.state), user(store), tick("cancel", "With halted: also cancel every working order"), reason()],
      body: (values) => ({ ...values, cancel: values.cancel && values.state === "HALTED" }),
      shown: (stats) => stats.order_manager,
    }),
    new Action(store, {
      name: "cancel-orders", label: "Cancel orders…", title: "Cancel working orders", verb: "Cancel these orders", grave: true,
      explain: "Every working order of this user in this symbol is canceled, and reported on with the reason. New orders are still accepted.",
      fields: () => [user(store), text("symbol", "Symbol", { hint: "Empty: all symbols", optional: true, maximum: 24 }), reason()],
      shown: (stats) => stats.order_manager,
    }),
  ];
}

export function strategyActions(store, instance) {
  return [
    new Action(store, {
      name: "pause-strategy", label: "Pause…", of: instance, title: `Pause ${instance}`, verb: `Pause ${instance}`, grave: true,
      explain: "Its user may send no orders until it is resumed: the trading state of that user becomes HALTED.",
      fields: () => [reason()], body: (values) => ({ instance, ...values }), shown: (stats) => stats.strategies[instance],
    }),
    new Action(store, {
      name: "resume-strategy", label: "Resume…", of: instance, title: `Resume ${instance}`, verb: `Resume ${instance}`,
      explain: "Its user may send orders again, and losses count from the present equity on. If an exception has paused it, its file is imported again.",
      fields: () => [reason()], body: (values) => ({ instance, ...values }), shown: (stats) => stats.strategies[instance],
    }),
  ];
}

class Action {
  constructor(store, options) {
    this.store = store;
    this.options = options;
    const { name, label, of } = options;
    const whose = of ? h("span", { class: "unseen" }, ` ${of}`) : null;
    this.button = h("button", { type: "button", "data-action": name, onclick: () => this.ask() }, label, whose);
  }

  update(stats) {
    this.button.hidden = !this.options.shown(stats);
  }

  // Open the dialog. The browser keeps the focus in it, and gives it back to the button.
  ask() {
    const { title, explain, verb, grave, fields: makeFields = () => [] } = this.options;
    const made = makeFields(this.store.stats);
    const problem = h("p", { class: "problem", role: "alert" });
    const confirm = h("button", { type: "submit", class: grave ? "grave" : "go" }, verb);
    const heading = h("h2", { id: "dialog-title" }, title);
    const dialog = h(
      "dialog", { "aria-labelledby": "dialog-title" },
      h("form", {
        onsubmit: (event) => {
          event.preventDefault();
          this.#send(made, dialog, problem, confirm);
        },
      },
      heading, h("p", {}, explain), made.map((field) => field.element), problem,
      h("div", { class: "dialog-buttons" }, h("button", { type: "button", onclick: () => dialog.close() }, "Leave it"), confirm)),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  async #send(made, dialog, problem, confirm) {
    const { name, body = (values) => values } = this.options;
    const values = Object.fromEntries(made.map((field) => [field.name, field.value()]));
    confirm.disabled = true;
    setText(problem, "");
    try {
      const { done } = await post(`/api/actions/${name}`, body(values), this.store.me.csrf);
      dialog.close();
      this.store.announce(done, { done: true });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      setText(problem, [fault.message, fault.remedy].filter(Boolean).join(": "));
      confirm.disabled = false;
      if ([401, 403].includes(fault.status)) this.store.onlogin();
    }
  }
}

function field(name, label, control, { hint = "", value }) {
  const id = `field-${(fields += 1)}`;
  setAttribute(control, "id", id);
  const note = hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null;
  if (note) setAttribute(control, "aria-describedby", note.id);
  return { name, value, element: h("div", { class: "field" }, h("label", { for: id }, label), control, note) };
}

function text(name, label, { value = "", hint = "", optional = false, maximum }) {
  const control = h("input", { type: "text", name, value, maxlength: maximum, required: !optional, autocomplete: "off", spellcheck: "false" });
  return field(name, label, control, { hint, value: () => control.value.trim() || null });
}

const reason = () => text("reason", "Reason", { hint: "For the log and the order journal, with your name.", maximum: REASON_MAX });

function user(store) {
  const users = [...new Set((store.accounts?.accounts ?? []).map((each) => each.user))].sort();
  const control = h("select", { name: "user" }, h("option", { value: "" }, "all users"), users.map((each) => h("option", { value: each }, each)));
  return field("user", "User", control, { value: () => control.value || null });
}

function choice(name, label, options, chosen) {
  const inputs = options.map(([value]) => h("input", { type: "radio", name, value, checked: value === chosen, id: `choice-${value}` }));
  const lines = options.map(([value, words], at) => h("div", { class: "choice" }, inputs[at], h("label", { for: `choice-${value}` }, words)));
  return {
    name, value: () => inputs.find((each) => each.checked).value,
    element: h("fieldset", { class: "field" }, h("legend", {}, label), lines),
  };
}

function tick(name, label) {
  const control = h("input", { type: "checkbox", name, id: `tick-${name}` });
  return {
    name, value: () => control.checked,
    element: h("div", { class: "field choice" }, control, h("label", { for: `tick-${name}` }, label)),
  };
}
