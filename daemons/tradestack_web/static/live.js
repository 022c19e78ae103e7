// The stream of events, kept alive: it goes on after the last id, or begins again with a snapshot.

import { get } from "/static/api.js";

const KINDS = ["stats", "accounts", "orders", "prices", "news"];
const STALE_MS = 4_000; // stats come every second
const RENEW_MS = 15_000; // a connection that is silent for this time is another one's turn
const RETRY_MS = [1_000, 2_000, 5_000, 10_000];
const CHECK_MS = 500;

// State: "connecting", "live", "stale" (connected, but nothing comes), "gone", "closed" (login needed).
export class Live {
  #source = null;
  #failures = 0;
  #retry = null;
  #lastMs = 0;
  #turn = 0; // a start that was overtaken by another one changes nothing
  state = "connecting";

  constructor({ store, onchange, onstate }) {
    this.store = store;
    this.onchange = onchange;
    this.onstate = onstate;
    setInterval(() => this.#check(), CHECK_MS);
  }

  get silentMs() {
    return this.#lastMs ? Date.now() - this.#lastMs : null;
  }

  async start() {
    this.#close();
    const turn = (this.#turn += 1);
    try {
      const snapshot = await get("/api/snapshot");
      if (turn !== this.#turn) return;
      this.store.take(snapshot);
      this.#arrived();
      this.onchange("snapshot");
      this.#open(snapshot.id);
    } catch (fault) {
      if (turn !== this.#turn) return;
      if (fault.status === 401) this.#become("closed");
      else this.#failed();
      if (fault.status === undefined) throw fault; // ours
    }
  }

  #open(id) {
    this.#source = new EventSource(`/api/events?after=${encodeURIComponent(id)}`);
    for (const kind of KINDS) {
      this.#source.addEventListener(kind, (event) => {
        this.store.apply(kind, JSON.parse(event.data));
        this.#arrived();
        this.onchange(kind);
      });
    }
    this.#source.addEventListener("reset", () => this.start());
    this.#source.onerror = () => {
      // The browser tries again by itself after a broken connection, but not after a refusal.
      if (this.#source.readyState === EventSource.CLOSED) this.#failed();
      else this.#become("gone");
    };
  }

  #arrived() {
    this.#lastMs = Date.now();
    this.#failures = 0;
    this.#become("live");
  }

  #failed() {
    this.#close();
    this.#become("gone");
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => this.start(), wait);
  }

  #close() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #check() {
    if (this.state === "live" && this.silentMs > STALE_MS) this.#become("stale");
    else if (this.state === "stale" && this.silentMs > RENEW_MS) this.#failed();
    else this.onstate(this.state, this.silentMs);
  }

  #become(state) {
    const changed = state !== this.state;
    this.state = state;
    this.onstate(state, this.silentMs, changed);
  }
}
