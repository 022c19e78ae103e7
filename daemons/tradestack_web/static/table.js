// A table whose rows are changed in place: what is the same stays, with focus and selection.

import { asCell, h, setAttribute, setText } from "/static/dom.js";

export class Table {
  #columns;
  #keyOf;
  #rows = new Map();
  #body = h("tbody");
  #empty;

  // columns: {title, cell: row → text or {text, href, label, tone, title}, number, code, head}
  // label: what a link is called where it is read without its table
  // minor, least: left out where there is little room; wraps: takes several lines there, as code does
  constructor({ label, columns, keyOf, empty, tall = false }) {
    this.#columns = columns;
    this.#keyOf = keyOf;
    this.#empty = h("p", { class: "empty" }, empty);
    const headings = columns.map(({ title, ...column }) =>
      h("th", { scope: "col", class: classOf({ ...column, code: false }) }, title));
    this.table = h("table", {}, h("caption", { class: "unseen" }, label), h("thead", {}, h("tr", {}, headings)), this.#body);
    this.scroller = h("div", {
      class: tall ? "scroller tall" : "scroller", role: "region", tabindex: "0", "aria-label": `Table: ${label}`,
    }, this.table);
    this.element = h("div", { class: "tabled" }, this.scroller, this.#empty);
  }

  update(rows) {
    this.scroller.hidden = rows.length === 0;
    this.#empty.hidden = rows.length > 0;
    const keep = new Set();
    let next = this.#body.firstChild;
    for (const row of rows) {
      const key = this.#keyOf(row);
      keep.add(key);
      const line = this.#rows.get(key) ?? this.#add(key);
      this.#fill(line, row);
      if (line === next) next = next.nextSibling;
      else this.#body.insertBefore(line, next);
    }
    for (const [key, line] of this.#rows) {
      if (!keep.has(key)) {
        line.remove();
        this.#rows.delete(key);
      }
    }
  }

  #add(key) {
    const line = h("tr", {}, this.#columns.map((column) =>
      h(column.head ? "th" : "td", { class: classOf(column), scope: column.head ? "row" : null })));
    this.#rows.set(key, line);
    return line;
  }

  #fill(line, row) {
    this.#columns.forEach((column, index) => {
      const { text, href = null, label = null, tone = null, title = null } = asCell(column.cell(row));
      const box = line.children[index];
      setAttribute(box, "data-tone", tone);
      setAttribute(box, "title", title);
      if (href === null) setText(box, text);
      else linked(box, { href, label, text });
    });
  }
}

function linked(box, { href, label, text }) {
  const present = box.firstElementChild;
  if (present?.tagName === "A") {
    setAttribute(present, "href", href);
    setAttribute(present, "aria-label", label);
    setText(present, text);
  } else {
    box.replaceChildren(h("a", { href, "aria-label": label }, text));
  }
}

function classOf({ number, minor, least, wraps, code }) {
  const classes = [number && "number", minor && "minor", least && "least", wraps && "wraps", code && "code"];
  return classes.filter(Boolean).join(" ") || null;
}
