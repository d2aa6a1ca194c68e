import { Formula } from "./evaluate.js";
import { planOf } from "./frames.js";
import { nameThings } from "./names.js";
import { inOrder, isSame } from "./order.js";
import { unpack } from "./unpack.js";

/** The traces of the page, and what the reader has changed in them. */
export class Lesson {
  #edits = new Map();
  #plain = new Map();

  constructor(data) {
    this.title = data.title;
    this.embedded = data.embedded;
    this.images = data.images ?? imageOf(data.traces[0]);
    this.traces = unpack(data).map(describe);
    this.frames = this.traces.flatMap((trace) =>
      trace.plan.flatMap((step) => step.frames.map((names) => ({ trace, step, names }))),
    );
  }

  get edited() {
    return this.#edits.size > 0;
  }

  /** Whether the reader may change an array: whether nothing computes it. */
  editable(trace, name) {
    return !trace.formulas.has(name) && !this.carried(trace, name);
  }

  isEdited(trace, name, offset) {
    return this.#edits.has([trace.number, name, offset].join("/"));
  }

  edit(trace, name, offset, value) {
    const place = [trace.number, name, offset].join("/");
    if (value === trace.arrays.get(name).recorded[offset]) this.#edits.delete(place);
    else this.#edits.set(place, { trace, name, offset, value });
    this.#recompute();
  }

  reset() {
    this.#edits.clear();
    this.#plain.clear();
    this.#recompute();
  }

  /** The array of the step before that an array was carried over from: `W1` begins as the last `W1_new`. */
  carried(trace, name) {
    const source = this.traces[trace.number - 1]?.arrays.get(`${name}_new`);
    return source && !trace.formulas.has(name) ? source : null;
  }

  /** How many operations follow from a change in an array, and from what has been changed before. */
  workOf(trace, name) {
    const changed = [...this.#edits.values(), { trace, name }];
    let [total, reached] = [0, new Set()];
    for (const current of this.traces) {
      const given = [...current.arrays.keys()].filter(
        (other) =>
          (this.carried(current, other) && reached.has(`${other}_new`)) ||
          changed.some((edit) => edit.trace === current && edit.name === other),
      );
      reached = new Set(given);
      for (const group of reachedGroups(current, reached)) {
        total += group.work;
        group.names.forEach((made) => reached.add(made));
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
      const [edited, plain] = [this.#givenIn(trace), new Map()];
      const reading = (numbers) => (name) => numbers.get(name) ?? trace.arrays.get(name).recorded;
      for (const group of reachedGroups(trace, edited)) {
        const [made, before] = [group.evaluate(reading(edited)), this.#evaluatePlain(group, reading(plain))];
        for (const name of group.names) {
          if (isSame(made.get(name), before.get(name))) continue;
          edited.set(name, made.get(name));
          plain.set(name, before.get(name));
        }
      }
      for (const array of trace.arrays.values()) {
        settle(array, edited.get(array.name), plain.get(array.name) ?? array.recorded);
      }
    }
    performance.measure("whence.computed", "whence.edited");
  }

  /** What a group of formulas makes without the edits, which is the same again while it reads the same. */
  #evaluatePlain(group, read) {
    const inputs = group.reads.map(read);
    const last = this.#plain.get(group);
    if (last?.inputs.every((values, number) => values === inputs[number])) return last.made;
    const made = group.evaluate(read);
    this.#plain.set(group, { inputs, made });
    return made;
  }

  /** The numbers, by name, of the arrays of a trace that nothing computes and that are not as recorded. */
  #givenIn(trace) {
    const given = new Map();
    for (const array of trace.arrays.values()) {
      const values = trace.formulas.has(array.name) ? null : this.#given(trace, array);
      if (values) given.set(array.name, values);
    }
    return given;
  }

  /** The numbers of an array that nothing computes, if they are not those recorded. */
  #given(trace, array) {
    const carried = this.carried(trace, array.name);
    if (carried) return carried.changed ? carried.values : null;
    const edits = [...this.#edits.values()].filter((edit) => edit.trace === trace && edit.name === array.name);
    if (!edits.length) return null;
    const values = array.recorded.slice();
    for (const { offset, value } of edits) values[offset] = value;
    return values;
  }
}

/** The groups of formulas that read what has been reached so far, in order. */
function* reachedGroups(trace, reached) {
  for (const group of trace.groups) if (group.reads.some((name) => reached.has(name))) yield group;
}

function settle(array, edited, plain) {
  array.values = array.recorded;
  array.changed = null;
  if (!edited) return;
  const changed = new Uint8Array(edited.length);
  const values = array.recorded.slice();
  for (let place = 0; place < values.length; place++) {
    if (edited[place] === plain[place] || Object.is(edited[place], plain[place])) continue;
    values[place] = edited[place];
    changed[place] = 1;
  }
  if (!changed.includes(1)) return;
  array.values = values;
  array.changed = changed;
}

function describe(trace, number) {
  const shapes = (name) => trace.arrays.get(name).shape;
  const formulas = new Map(
    Object.entries(trace.formulas).map(([name, formula]) => [name, new Formula(formula, shapes)]),
  );
  for (const array of trace.arrays.values()) array.letters = letters(array, formulas);
  nameThings(trace);
  const groups = inOrder([...formulas.values()]);
  const made = { ...trace, number, formulas, groups, read: (name) => trace.arrays.get(name).values };
  return { ...made, plan: planOf(made) };
}

/** The letters that an array's axes go by, from the formula that makes it or the first that reads it. */
function letters({ name, shape }, formulas) {
  const formula = formulas.get(name) ?? [...formulas.values()].find(({ reads }) => reads.includes(name));
  return formula?.lettersOf(name) ?? shape.map(() => "");
}

function imageOf({ arrays, layers, description }) {
  const format = description.data?.image;
  if (format) return [format.height, format.width, format.channels];
  const [, ...shape] = arrays.x.shape;
  return layers[0].kind === "Flatten" && shape.length > 1 ? shape : null;
}
