import { isSame } from "./order.js";
import { arrayIn, unpack } from "./traces.js";

/**
 * @import { Read } from "./evaluation.js"
 * @import { Group } from "./order.js"
 * @import { TracedArray } from "./traced_array.js"
 * @import { PageData, Step, Trace } from "./types.js"
 */

/**
 * @typedef {{ trace: Trace, array: string, offset: number, value: number }} Edit
 * @typedef {{ trace: Trace, step: Step, arrays: string[] }} Part
 */

const LEARNING_RATE = "η";

/** The recorded training steps of the page, and what follows from the numbers that the reader has changed in them. */
export class Recording {
  /** @type {Map<string, Edit>} */
  #edits = new Map();
  /** @type {Map<Group, { inputs: Float64Array[], made: Map<string, Float64Array> }>} */
  #plain = new Map();

  /** @param {Pick<PageData, "bytes" | "traces" | "images" | "firstStep">} data */
  constructor(data) {
    this.firstStep = data.firstStep;
    this.images = data.images ?? imageOf(data.traces[0]);
    this.traces = unpack(data);
    /** @type {Part[]} */
    this.parts = this.traces.flatMap((trace) =>
      trace.steps.flatMap((step) => step.parts.map((arrays) => ({ trace, step, arrays }))),
    );
  }

  /**
   * The number, from the beginning of the training, of the training step at a place on the page.
   *
   * @param {number} place
   */
  stepNumber(place) {
    return this.firstStep + place;
  }

  get isEdited() {
    return this.#edits.size > 0;
  }

  /**
   * Whether the reader may change an array: whether nothing computes it.
   *
   * @param {Trace} trace
   * @param {string} name
   */
  isEditable(trace, name) {
    return !trace.formulas.has(name) && !this.carried(trace, name);
  }

  /** @param {Edit} edit */
  edit(edit) {
    const { trace, array, offset, value } = edit;
    const place = [trace.number, array, offset].join("/");
    this.#edits.delete(place);
    const own = arrayIn(trace.arrays, array);
    if (value !== (this.#given(trace, own) ?? own.recorded)[offset]) this.#edits.set(place, edit);
    this.#recompute();
  }

  reset() {
    this.#edits.clear();
    this.#plain.clear();
    this.#recompute();
  }

  /**
   * The array of the step before that an array was carried over from: `W1` begins as the last `W1_new`.
   *
   * @param {Trace} trace
   * @param {string} name
   */
  carried(trace, name) {
    const source = this.traces[trace.number - 1]?.arrays.get(`${name}_new`);
    return source && !trace.formulas.has(name) ? source : null;
  }

  /**
   * How many operations follow from a change in an array, and from what has been changed before.
   *
   * @param {Trace} trace
   * @param {string} array
   */
  workOf(trace, array) {
    const changed = [...this.#edits.values(), { trace, array }];
    let total = 0;
    /** @type {Set<string>} */
    let reached = new Set();
    for (const current of this.traces) {
      const given = [...current.arrays.keys()].filter(
        (name) =>
          (this.carried(current, name) && reached.has(`${name}_new`)) ||
          changed.some((edit) => edit.array === name && holdsIn(edit, current)),
      );
      reached = new Set(given);
      for (const group of reachedGroups(current, reached)) {
        total += group.work;
        for (const made of group.names) reached.add(made);
      }
    }
    return total;
  }

  /**
   * Brings all arrays up to date with the edits.
   *
   * What the edits reach is computed twice, with them and without. Where the two agree nothing has changed, and the
   * recorded number stays; so rounding alone never counts as a change.
   */
  #recompute() {
    performance.mark("whence.edited");
    for (const trace of this.traces) {
      const edited = this.#givenIn(trace);
      /** @type {Map<string, Float64Array>} */
      const plain = new Map();
      /** @type {(numbers: Map<string, Float64Array>) => Read} */
      const reading = (numbers) => (name) => numbers.get(name) ?? arrayIn(trace.arrays, name).recorded;
      for (const group of reachedGroups(trace, edited)) {
        const [made, before] = [group.evaluate(reading(edited)), this.#evaluatePlain(group, reading(plain))];
        for (const [name, values] of made) {
          const valuesBefore = before.get(name);
          if (!valuesBefore || isSame(values, valuesBefore)) continue;
          edited.set(name, values);
          plain.set(name, valuesBefore);
        }
      }
      for (const array of trace.arrays.values()) {
        settle(array, edited.get(array.name), plain.get(array.name));
      }
    }
    performance.measure("whence.computed", "whence.edited");
  }

  /**
   * What a group of formulas makes without the edits, which is the same again while it reads the same.
   *
   * @param {Group} group
   * @param {Read} read
   */
  #evaluatePlain(group, read) {
    const inputs = group.reads.map(read);
    const last = this.#plain.get(group);
    if (last?.inputs.every((values, number) => values === inputs[number])) return last.made;
    const made = group.evaluate(read);
    this.#plain.set(group, { inputs, made });
    return made;
  }

  /**
   * The numbers, by name, of the arrays of a trace that nothing computes and that are not as recorded.
   *
   * @param {Trace} trace
   */
  #givenIn(trace) {
    /** @type {Map<string, Float64Array>} */
    const given = new Map();
    for (const array of trace.arrays.values()) {
      const values = trace.formulas.has(array.name) ? null : this.#given(trace, array);
      if (values) given.set(array.name, values);
    }
    return given;
  }

  /**
   * The numbers of an array that nothing computes, if they are not those recorded.
   *
   * @param {Trace} trace
   * @param {TracedArray} array
   */
  #given(trace, array) {
    const carried = this.carried(trace, array.name);
    if (carried) return carried.changed ? carried.values : null;
    const edits = [...this.#edits.values()].filter((edit) => edit.array === array.name && holdsIn(edit, trace));
    if (!edits.length) return null;
    const values = array.recorded.slice();
    edits.sort((one, other) => one.trace.number - other.trace.number);
    for (const { offset, value } of edits) values[offset] = value;
    return values;
  }
}

/**
 * Whether an edit holds in a training step: in its own, and that of the learning rate in all later ones too.
 *
 * @param {Pick<Edit, "trace" | "array">} edit
 * @param {Trace} trace
 */
function holdsIn(edit, trace) {
  return edit.trace === trace || (edit.array === LEARNING_RATE && edit.trace.number < trace.number);
}

/**
 * The groups of formulas that read what has been reached so far, in order.
 *
 * @param {Trace} trace
 * @param {{ has(name: string): boolean }} reached
 */
function* reachedGroups(trace, reached) {
  for (const group of trace.groups) if (group.reads.some((name) => reached.has(name))) yield group;
}

/**
 * @param {TracedArray} array
 * @param {Float64Array | undefined} edited What comes with the edits, if they reach the array.
 * @param {Float64Array | undefined} plain What comes without them, if it is not what was recorded.
 */
function settle(array, edited, plain) {
  array.edited = null;
  if (!edited) return;
  const before = plain ?? array.recorded;
  const changed = new Uint8Array(edited.length);
  const values = array.recorded.slice();
  for (let place = 0; place < values.length; place++) {
    if (edited[place] === before[place] || Object.is(edited[place], before[place])) continue;
    values[place] = edited[place];
    changed[place] = 1;
  }
  if (changed.includes(1)) array.edited = { values, changed };
}

/**
 * @param {Pick<PageData["traces"][0], "arrays" | "layers" | "description">} trace
 * @returns {number[] | null}
 */
function imageOf({ arrays, layers, description }) {
  const format = description.data?.image;
  if (format) return [format.height, format.width, format.channels];
  const [, ...shape] = arrays.x.shape;
  return layers[0].kind === "Flatten" && shape.length > 1 ? shape : null;
}
