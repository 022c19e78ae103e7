// Samples over time in bounded memory: when it is full, every second one goes, and from then on only
// every second new one is kept. A page that is open all day has the whole day, more coarsely.

const SAMPLES_MAX = 4096;

export class History {
  #stride = 1;
  #skipped = 0;

  constructor() {
    this.times = []; // ms since the epoch
    this.values = new Map(); // name → as many values, null where there was none
  }

  push(timeMs, sample) {
    this.#skipped += 1;
    if (this.#skipped < this.#stride) return;
    this.#skipped = 0;
    for (const name of Object.keys(sample)) {
      if (!this.values.has(name)) this.values.set(name, this.times.map(() => null));
    }
    this.times.push(timeMs);
    for (const [name, values] of this.values) values.push(sample[name] ?? null);
    if (this.times.length >= SAMPLES_MAX) this.#halve();
  }

  #halve() {
    this.times = halved(this.times);
    for (const [name, values] of this.values) this.values.set(name, halved(values));
    this.#stride *= 2;
  }
}

const halved = (values) => values.filter((_, index) => index % 2 === 1);
