import { entries, key } from "./expressions.js";
import { RowEvaluation } from "./row_evaluation.js";

/**
 * @import { Formula, Read } from "./evaluation.js"
 * @import { Subscript } from "./expressions.js"
 */

/** @typedef {{ axis: number, places: number[] }} Walk An axis, and its places in the order in which to go. */

/**
 * Formulas, in the order in which a trace computes them, as groups that can be evaluated one after the other.
 *
 * @param {Formula[]} formulas
 */
export function inOrder(formulas) {
  const places = placesOf(formulas);
  /** @type {Group[]} */
  const groups = [];
  let [first, last] = [0, 0];
  formulas.forEach(({ reads }, place) => {
    last = Math.max(last, ...reads.map((name) => places.get(name) ?? 0));
    if (last > place) return;
    groups.push(new Group(formulas.slice(first, place + 1)));
    first = place + 1;
  });
  return groups;
}

/** A formula that is evaluated by itself, or those of a recurrence, which read what each other make. */
export class Group {
  #formulas;
  #walk;
  /** @type {RowEvaluation[] | null} */
  #evaluations = null;

  /** @param {Formula[]} formulas */
  constructor(formulas) {
    this.#formulas = formulas;
    this.names = formulas.map(({ array }) => array);
    this.reads = [...new Set(formulas.flatMap(({ reads }) => reads))];
    this.recurrent = this.names.some((name) => this.reads.includes(name));
    this.#walk = this.recurrent ? walkOf(formulas) : null;
  }

  get work() {
    return this.#formulas.reduce((total, formula) => total + formula.work, 0);
  }

  /**
   * The arrays that the formulas make, by name; `read` gives the numbers of the others.
   *
   * @param {Read} read
   */
  evaluate(read) {
    this.#evaluations ??= this.#formulas.map((formula) => new RowEvaluation(formula, this.#walk?.axis));
    const made = new Map(this.#formulas.map(({ array, size }) => [array, new Float64Array(size)]));
    for (const formula of this.#formulas) formula.read((name) => made.get(name) ?? read(name));
    const [evaluations, targets] = [this.#evaluations, [...made.values()]];
    /** @param {number} [place] */
    const fill = (place) => evaluations.forEach((evaluation, number) => evaluation.fill(targets[number], place));
    if (this.#walk) this.#walk.places.forEach(fill);
    else if (this.recurrent) fillUntilSettled(targets, fill);
    else fill();
    return made;
  }
}

/**
 * Where no axis leads from what is read to what is made, every pass gets at least one step further.
 *
 * @param {Float64Array[]} targets
 * @param {() => void} fill
 */
function fillUntilSettled(targets, fill) {
  /** @type {Float64Array[]} */
  let before;
  do {
    before = targets.map((values) => values.slice());
    fill();
  } while (!targets.every((values, number) => isSame(values, before[number])));
}

/**
 * @param {Float64Array} one
 * @param {Float64Array} other
 */
export function isSame(one, other) {
  return one.every((value, place) => Object.is(value, other[place]));
}

/** @param {Formula[]} formulas */
function placesOf(formulas) {
  return new Map(formulas.map(({ array }, place) => [array, place]));
}

/**
 * The axis along which formulas read only what lies behind them.
 *
 * @param {Formula[]} formulas
 * @returns {Walk | null}
 */
function walkOf(formulas) {
  const readings = readingsWithin(formulas);
  for (const axis of formulas[0].indices.keys()) {
    const lengths = new Set(formulas.map(({ shape }) => shape[axis]));
    const [length] = lengths;
    if (lengths.size > 1 || length === undefined) continue;
    const places = Array.from({ length }, (_, place) => place);
    if (readings.every((reading) => liesBehind(reading, axis, 1))) return { axis, places };
    if (readings.every((reading) => liesBehind(reading, axis, -1))) return { axis, places: places.reverse() };
  }
  return null;
}

/** @typedef {{ formula: Formula, subscripts: Subscript[], isMade: boolean }} Reading */

/**
 * Where formulas read what one of them makes.
 *
 * @param {Formula[]} formulas
 * @returns {Reading[]}
 */
function readingsWithin(formulas) {
  const places = placesOf(formulas);
  return formulas.flatMap((formula, place) =>
    entries(formula.expression).flatMap(([, name, subscripts]) => {
      const made = places.get(name);
      return made === undefined ? [] : [{ formula, subscripts, isMade: made < place }];
    }),
  );
}

/**
 * Whether what is read has been made when all before it on an axis has, or all after it.
 *
 * @param {Reading} reading
 * @param {number} axis
 * @param {1 | -1} direction
 */
function liesBehind({ formula, subscripts, isMade }, axis, direction) {
  const subscript = subscripts.at(axis);
  if (subscript?.[0] !== "place") return false;
  const [, terms, distance, divisor] = subscript;
  const isBesides = terms.length === 1 && terms[0][1] === 1 && divisor === 1;
  if (!isBesides || key(terms[0][0]) !== key(formula.indices[axis])) return false;
  return distance === 0 ? isMade : distance * direction < 0;
}
