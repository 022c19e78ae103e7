// Elements, made without HTML: whatever text is given becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

export function svg(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

function filled(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

// Only what differs is written: a screen reader, a selection and the layout are left in peace.
export function setText(element, text) {
  const wanted = String(text ?? "");
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

// A panel of a page: a region with its heading.
let panels = 0;

export function panel(title, { extra = null, level = 2, name = "" } = {}, ...children) {
  const id = `panel-${(panels += 1)}`;
  return h(
    "section",
    { class: `panel ${name}`, "aria-labelledby": id },
    h("header", { class: "panel-head" }, h(`h${level}`, { id }, title), extra),
    ...children,
  );
}

// Names and values, which `update` changes in place: {NAME: text, or {text, title, tone}}.
export class Facts {
  #rows = new Map();

  constructor(names, label) {
    this.element = h("dl", { class: "facts", "aria-label": label });
    for (const name of names) this.#row(name);
  }

  update(values) {
    for (const [name, value] of Object.entries(values)) {
      const { text, title = null, tone = null } = asCell(value);
      const row = this.#row(name);
      row.box.hidden = text === null || text === undefined;
      setText(row.value, text);
      setAttribute(row.box, "title", title);
      setAttribute(row.value, "data-tone", tone);
    }
  }

  #row(name) {
    let row = this.#rows.get(name);
    if (!row) {
      const value = h("dd");
      row = { value, box: h("div", {}, h("dt", {}, name), value) };
      this.#rows.set(name, row);
      this.element.append(row.box);
    }
    return row;
  }
}

export function asCell(value) {
  return value !== null && typeof value === "object" ? value : { text: value };
}
