import { FUNCTIONS, OPERATIONS } from "./functions.js";
import { strides } from "./unpack.js";

/**
 * One formula, ready to be evaluated.
 *
 * Its indices stand in the slots of `at`; every node of the expression becomes a function that reads them there and
 * returns a number. An entry is found at `offset(entry)()`, which is −1 outside the array, where entries are zero.
 */
export class Formula {
  #slots = new Map();
  #tables = new Map();
  #offsets = new Map();
  #compiled = new Map();

  constructor({ target, expression }, shapes) {
    this.array = target[1];
    this.target = target;
    this.expression = expression;
    this.shapes = shapes;
    this.at = [];
    this.indices = target[2].map(bare);
    this.extents = findExtents([target, ...nodes(expression)], shapes);
    this.reads = [...new Set(entries(expression).map((entry) => entry[1]))];
  }

  /** The whole array; `read` gives the numbers of an array by its name. */
  evaluate(read) {
    this.read(read);
    const compute = this.compile(this.expression);
    const slots = this.indices.map((index) => this.slot(index));
    const lengths = this.indices.map((index) => this.extents.get(key(index)));
    const values = new Float64Array(lengths.reduce((product, length) => product * length, 1));
    slots.forEach((slot) => (this.at[slot] = 0));
    for (let place = 0; place < values.length; place++) {
      values[place] = compute();
      for (let axis = slots.length - 1; axis >= 0 && ++this.at[slots[axis]] === lengths[axis]; axis--) {
        this.at[slots[axis]] = 0;
      }
    }
    return values;
  }

  /** Lets entries be read with `read`, and the formula's indices be those of one cell. */
  bind(read, index) {
    this.read(read);
    this.indices.forEach((variable, axis) => (this.at[this.slot(variable)] = index[axis]));
  }

  read(read) {
    for (const name of this.reads) this.#table(name).values = read(name);
  }

  /** The letters that an array's axes go by in this formula. */
  lettersOf(name) {
    const entry = [this.target, ...entries(this.expression)].find(([, array]) => array === name);
    return entry && entry[2].map((subscript) => bare(subscript)?.[0] ?? "");
  }

  /** The lengths of the axes on which places are looked up in an array, as labels are. */
  axesIndexedBy(name) {
    return entries(this.expression).flatMap(([, array, subscripts]) =>
      this.shapes(array).filter((_, axis) => subscripts[axis][0] === "entry" && subscripts[axis][1] === name),
    );
  }

  slot(index) {
    const name = key(index);
    if (!this.#slots.has(name)) this.#slots.set(name, this.#slots.size);
    return this.#slots.get(name);
  }

  extent(index) {
    return this.extents.get(key(index));
  }

  /** Calls `visit` for every value of an index, and leaves the index as it was. */
  each(index, visit) {
    const slot = this.slot(index);
    const before = this.at[slot];
    for (let value = 0; value < this.extent(index); value++) {
      this.at[slot] = value;
      visit(value);
    }
    this.at[slot] = before;
  }

  compile(node) {
    if (!this.#compiled.has(node)) this.#compiled.set(node, this.#compile(node));
    return this.#compiled.get(node);
  }

  #compile(node) {
    switch (node[0]) {
      case "number":
        return always(node[1]);
      case "constant":
        return always(node[2]);
      case "size":
        return always(this.extent(node[1]));
      case "position":
        return this.#place(node[1]);
      case "entry":
        return this.#entry(node);
      case "operation": {
        const [operate, left, right] = [OPERATIONS[node[1]], this.compile(node[2]), this.compile(node[3])];
        if (node[1] === "*") return () => left() * right();
        if (node[1] === "+") return () => left() + right();
        return () => operate(left(), right());
      }
      case "call": {
        const [call, [first, second]] = [FUNCTIONS[node[1]], node[2].map((operand) => this.compile(operand))];
        return second ? () => call(first(), second()) : () => call(first());
      }
      case "reduction":
        return this.#reduction(node);
    }
    throw new Error(`${node[0]} is not an expression`);
  }

  #reduction([, kind, index, body]) {
    const [at, slot, extent, term] = [this.at, this.slot(index), this.extent(index), this.compile(body)];
    const sums = kind === "Sum";
    return () => {
      const before = at[slot];
      let result = sums ? 0 : -Infinity;
      for (let value = 0; value < extent; value++) {
        at[slot] = value;
        result = sums ? result + term() : Math.max(result, term());
      }
      at[slot] = before;
      return result;
    };
  }

  #entry(node) {
    const [table, offset] = [this.#table(node[1]), this.offset(node)];
    if (this.#alwaysInside(node)) return () => table.values[offset()];
    return () => {
      const place = offset();
      return place < 0 ? 0 : table.values[place];
    };
  }

  offset(entry) {
    if (!this.#offsets.has(entry)) this.#offsets.set(entry, this.#offset(entry));
    return this.#offsets.get(entry);
  }

  /** Whether an entry's subscripts are plain indices that never leave the array. */
  #alwaysInside([, name, subscripts]) {
    const shape = this.shapes(name);
    return subscripts.every((place, axis) => bare(place) && this.extent(bare(place)) <= shape[axis]);
  }

  #offset(entry) {
    const [, name, subscripts] = entry;
    const at = this.at;
    const shape = this.shapes(name);
    const steps = strides(shape);
    if (this.#alwaysInside(entry)) {
      const slots = subscripts.map((subscript) => this.slot(bare(subscript)));
      const [first, second] = slots;
      if (slots.length === 1) return () => at[first];
      if (slots.length === 2) return () => at[first] * steps[0] + at[second];
      return () => slots.reduce((total, slot, axis) => total + at[slot] * steps[axis], 0);
    }
    const places = subscripts.map((subscript) => this.subscript(subscript));
    return () => {
      let total = 0;
      for (let axis = 0; axis < places.length; axis++) {
        const place = places[axis]();
        if (!(place >= 0 && place < shape[axis]) || !Number.isInteger(place)) return -1;
        total += place * steps[axis];
      }
      return total;
    };
  }

  /** A function that returns where on its axis a subscript points; a fraction where a division leaves a remainder. */
  subscript(subscript) {
    if (subscript[0] === "place") return this.#place(subscript);
    if (subscript[0] === "digit") {
      const [, place, divisor, base] = subscript;
      const number = this.#place(place);
      return base === null ? () => Math.floor(number() / divisor) : () => Math.floor(number() / divisor) % base;
    }
    const value = this.compile(subscript);
    return () => Math.trunc(value());
  }

  #place([, terms, added, divisor]) {
    const at = this.at;
    const parts = terms.map(([index, coefficient]) => [this.slot(index), coefficient]);
    return () => {
      let total = added;
      for (const [slot, coefficient] of parts) total += coefficient * at[slot];
      return total / divisor;
    };
  }

  #table(name) {
    if (!this.#tables.has(name)) this.#tables.set(name, { values: null });
    return this.#tables.get(name);
  }
}

function always(value) {
  return () => value;
}

/** Two indices are one if both their names and their own extents agree. */
export function key([name, extent]) {
  return extent === null ? name : `${name}:${extent}`;
}

/** The index that a subscript is, if it is no more than an index. */
export function bare(subscript) {
  if (subscript[0] !== "place") return null;
  const [, terms, added, divisor] = subscript;
  return terms.length === 1 && terms[0][1] === 1 && added === 0 && divisor === 1 ? terms[0][0] : null;
}

export function children(node) {
  switch (node[0]) {
    case "entry":
      return node[2].filter((subscript) => subscript[0] === "entry");
    case "operation":
      return [node[2], node[3]];
    case "call":
      return node[2];
    case "reduction":
      return [node[3]];
  }
  return [];
}

/** A node and all nodes inside it, parents first. */
export function nodes(node) {
  return [node, ...children(node).flatMap(nodes)];
}

export function entries(expression) {
  return nodes(expression).filter((node) => node[0] === "entry");
}

/** How many values each index takes: its own extent, or else the length of the axes on which it stands alone. */
function findExtents(all, shapes) {
  const extents = new Map();
  const note = (index, length) => extents.set(key(index), index[1] ?? length);
  for (const node of all) {
    if (node[0] === "reduction" || node[0] === "size") {
      const index = node[node.length === 4 ? 2 : 1];
      if (index[1] !== null) note(index, null);
    }
    if (node[0] !== "entry") continue;
    node[2].forEach((subscript, axis) => {
      const index = bare(subscript);
      if (index) note(index, shapes(node[1])[axis]);
    });
  }
  return extents;
}
