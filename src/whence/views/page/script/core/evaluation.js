import { sizeOf, strides } from "./arrays.js";
import { bare, children, entries, findExtents, key, nodes, unknownKind, withinFirst } from "./expressions.js";
import { FUNCTIONS, OPERATIONS } from "./functions.js";
import { dot, productAlong } from "./strided_vectors.js";

/** @import { Entry, Expression, Index, JsonFormula, Place, Reduction, Subscript } from "./expressions.js" */

/** @typedef {(array: string) => Float64Array} Read Gives the numbers of an array. */

/**
 * One formula, ready to be evaluated.
 *
 * Its indices stand in the slots of `at`; every node of the expression becomes a function that reads them there and
 * returns a number. An entry is found at `offset(entry)()`, which is −1 outside the array, where entries are zero.
 */
export class Formula {
  /** @type {Map<string, number>} */
  #slots = new Map();
  /** @type {Map<string, { values: Float64Array }>} */
  #tables = new Map();
  /** @type {Map<Entry, () => number>} */
  #offsets = new Map();
  /** @type {Map<Expression, () => number>} */
  #compiled = new Map();

  /**
   * @param {JsonFormula} formula
   * @param {(array: string) => number[]} shapes
   */
  constructor({ target, expression }, shapes) {
    this.array = target[1];
    this.target = target;
    this.expression = expression;
    this.shapes = shapes;
    this.shape = shapes(this.array);
    /** @type {number[]} */
    this.at = [];
    this.indices = target[2].map(bare).filter((index) => index !== null);
    this.extents = findExtents([target, ...nodes(expression)], shapes);
    this.reads = [...new Set(entries(expression).map((entry) => entry[1]))];
  }

  get size() {
    return sizeOf(this.shape);
  }

  /** How many operations on two numbers, or functions of one, it takes to compute the whole array. */
  get work() {
    return this.size * this.#workOf(this.expression);
  }

  /**
   * @param {Expression} node
   * @returns {number}
   */
  #workOf(node) {
    const inside = children(node).reduce((total, child) => total + this.#workOf(child), 0);
    if (node[0] === "reduction") return sizeOf(node[2].map((index) => this.extent(index))) * (1 + inside);
    return node[0] === "operation" || node[0] === "call" ? 1 + inside : inside;
  }

  /**
   * Lets entries be read with `read`, and the formula's indices be those of one cell.
   *
   * @param {Read} read
   * @param {number[]} index
   */
  bind(read, index) {
    this.read(read);
    this.indices.forEach((variable, axis) => (this.at[this.slot(variable)] = index[axis]));
  }

  /** @param {Read} read */
  read(read) {
    for (const name of this.reads) this.table(name).values = read(name);
  }

  /**
   * The letters that an array's axes go by in this formula: of h + i the first, of a place looked up none.
   *
   * @param {string} name
   */
  lettersOf(name) {
    const entry = [this.target, ...entries(this.expression)].find(([, array]) => array === name);
    return entry?.[2].map((subscript) => (subscript[0] === "place" && subscript[1].at(0)?.[0][0]) || "");
  }

  /**
   * The lengths of the axes on which places are looked up in an array, as labels are.
   *
   * @param {string} name
   */
  axesIndexedBy(name) {
    return entries(this.expression).flatMap(([, array, subscripts]) =>
      this.shapes(array).filter((_, axis) => subscripts[axis][0] === "entry" && subscripts[axis][1] === name),
    );
  }

  /**
   * The place in `at` of an index.
   *
   * @param {Index} index
   */
  slot(index) {
    const name = key(index);
    const slot = this.#slots.get(name) ?? this.#slots.size;
    this.#slots.set(name, slot);
    return slot;
  }

  /** @param {Index} index */
  extent(index) {
    return this.extents.get(key(index)) ?? 0;
  }

  /**
   * Calls `visit` for every value of an index, and leaves the index as it was.
   *
   * @param {Index} index
   * @param {(value: number) => void} visit
   */
  each(index, visit) {
    const slot = this.slot(index);
    const before = this.at[slot];
    for (let value = 0; value < this.extent(index); value++) {
      this.at[slot] = value;
      visit(value);
    }
    this.at[slot] = before;
  }

  /**
   * Calls `visit` for all values of a reduction's indices at which its conditions hold.
   *
   * @param {Reduction} reduction
   * @param {() => void} visit
   */
  eachTerm([, , indices, , where], visit) {
    const conditions = where.map((condition) => this.compile(condition));
    /** @param {number} axis */
    const from = (axis) => {
      if (axis < indices.length) this.each(indices[axis], () => from(axis + 1));
      else if (conditions.every((holds) => holds())) visit();
    };
    from(0);
  }

  /**
   * The function that returns what a node comes to.
   *
   * @param {Expression} node
   */
  compile(node) {
    return remembered(this.#compiled, node, () => this.#compile(node));
  }

  /**
   * @param {Expression} node
   * @returns {() => number}
   */
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
    throw unknownKind(node);
  }

  /**
   * @param {Reduction} node
   * @returns {() => number}
   */
  #reduction(node) {
    const [, kind, indices, body, where] = node;
    if (kind === "ArgMax") return this.#placeOfLargest(node);
    const [index] = indices;
    const [at, slot, extent, inner] = [this.at, this.slot(index), this.extent(index), withinFirst(node)];
    const sums = kind === "Sum";
    const conditions = inner === body ? where.map((condition) => this.compile(condition)) : [];
    const product = sums && !where.length ? productAlong(this, inner, index) : null;
    if (product) {
      return () => {
        const before = at[slot];
        const result = dot(...product);
        at[slot] = before;
        return result;
      };
    }
    const term = this.compile(inner);
    return () => {
      const before = at[slot];
      let result = sums ? 0 : -Infinity;
      for (let value = 0; value < extent; value++) {
        at[slot] = value;
        if (conditions.length && !conditions.every((holds) => holds())) continue;
        result = sums ? result + term() : Math.max(result, term());
      }
      at[slot] = before;
      return result;
    };
  }

  /**
   * @param {Reduction} node
   * @returns {() => number}
   */
  #placeOfLargest(node) {
    const [, , indices, body] = node;
    const [at, term] = [this.at, this.compile(body)];
    const slots = indices.map((index) => this.slot(index));
    const steps = strides(indices.map((index) => this.extent(index)));
    return () => {
      let [place, largest, first] = [0, -Infinity, true];
      this.eachTerm(node, () => {
        const value = term();
        if (!first && !(value > largest) && !(Number.isNaN(value) && !Number.isNaN(largest))) return;
        first = false;
        largest = value;
        place = slots.reduce((total, slot, axis) => total + at[slot] * steps[axis], 0);
      });
      return place;
    };
  }

  /**
   * @param {Entry} node
   * @returns {() => number}
   */
  #entry(node) {
    const [table, offset] = [this.table(node[1]), this.offset(node)];
    if (this.#alwaysInside(node)) return () => table.values[offset()];
    return () => {
      const place = offset();
      return place < 0 ? 0 : table.values[place];
    };
  }

  /**
   * The function that returns where in its array an entry is, or −1 outside.
   *
   * @param {Entry} entry
   */
  offset(entry) {
    return remembered(this.#offsets, entry, () => this.#offset(entry));
  }

  /**
   * Whether an entry's subscripts are plain indices that never leave the array.
   *
   * @param {Entry} entry
   */
  #alwaysInside([, name, subscripts]) {
    const shape = this.shapes(name);
    return subscripts.every((subscript, axis) => bare(subscript) && this.staysOn(subscript, shape[axis]));
  }

  /**
   * Whether a subscript is a place on an axis whatever its indices are.
   *
   * @param {Subscript} subscript
   * @param {number} length
   */
  staysOn(subscript, length) {
    if (subscript[0] !== "place") return false;
    const [, terms, constant, divisor] = subscript;
    const ends = terms.map(([index, coefficient]) => coefficient * (this.extent(index) - 1));
    const [first, last] = [Math.min, Math.max].map((choose) =>
      ends.reduce((sum, end) => sum + choose(0, end), constant),
    );
    return divisor === 1 && first >= 0 && last < length;
  }

  /**
   * @param {Entry} entry
   * @returns {() => number}
   */
  #offset(entry) {
    const [, name, subscripts] = entry;
    const at = this.at;
    const shape = this.shapes(name);
    const steps = strides(shape);
    if (this.#alwaysInside(entry)) {
      const slots = subscripts
        .map(bare)
        .filter((index) => index !== null)
        .map((index) => this.slot(index));
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

  /**
   * A function that returns where on its axis a subscript points; a fraction where a division leaves a remainder.
   *
   * @param {Subscript} subscript
   * @returns {() => number}
   */
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

  /**
   * @param {Place} place
   * @returns {() => number}
   */
  #place(place) {
    const at = this.at;
    const index = bare(place);
    if (index) {
      const slot = this.slot(index);
      return () => at[slot];
    }
    const [, terms, constant, divisor] = place;
    /** @type {[slot: number, coefficient: number][]} */
    const parts = terms.map(([variable, coefficient]) => [this.slot(variable), coefficient]);
    return () => {
      let total = constant;
      for (const [slot, coefficient] of parts) total += coefficient * at[slot];
      return total / divisor;
    };
  }

  /**
   * What holds the numbers of an array that the formula reads.
   *
   * @param {string} name
   */
  table(name) {
    return remembered(this.#tables, name, () => ({ values: new Float64Array() }));
  }
}

/** @param {number} value */
function always(value) {
  return () => value;
}

/**
 * What a map holds for a key, made when it is first asked for.
 *
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} wanted
 * @param {() => V} make
 * @returns {V}
 */
function remembered(map, wanted, make) {
  const found = map.get(wanted);
  if (found !== undefined) return found;
  const made = make();
  map.set(wanted, made);
  return made;
}
