import { entries, key } from "./expressions.js";
import { Rows } from "./rows.js";

/** Formulas, in the order in which a trace computes them, as groups that can be evaluated one after the other. */
export function inOrder(formulas) {
  const places = new Map(formulas.map(({ array }, place) => [array, place]));
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
  #rows = null;

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

  /** The arrays that the formulas make, by name; `read` gives the numbers of the others. */
  evaluate(read) {
    this.#rows ??= this.#formulas.map((formula) => new Rows(formula, this.#walk?.axis));
    const made = new Map(this.#formulas.map(({ array, size }) => [array, new Float64Array(size)]));
    for (const formula of this.#formulas) formula.read((name) => made.get(name) ?? read(name));
    if (this.#walk) for (const place of this.#walk.places) this.#fill(made, place);
    else if (this.recurrent) this.#fillUntilSettled(made);
    else this.#fill(made);
    return made;
  }

  #fill(made, place) {
    this.#rows.forEach((rows, number) => rows.fill(made.get(this.names[number]), place));
  }

  /** Where no axis leads from what is read to what is made, every pass gets at least one step further. */
  #fillUntilSettled(made) {
    let before;
    do {
      before = [...made.values()].map((values) => values.slice());
      this.#fill(made);
    } while (![...made.values()].every((values, number) => isSame(values, before[number])));
  }
}

export function isSame(one, other) {
  return one.every((value, place) => Object.is(value, other[place]));
}

/** The axis along which formulas read only what lies behind them, and its places in the order in which to go. */
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

/** Where formulas read what one of them makes. */
function readingsWithin(formulas) {
  const places = new Map(formulas.map(({ array }, place) => [array, place]));
  return formulas.flatMap((formula, place) =>
    entries(formula.expression)
      .filter(([, name]) => places.has(name))
      .map(([, name, subscripts]) => ({ formula, subscripts, isMade: places.get(name) < place })),
  );
}

/** Whether what is read has been made when all before it on an axis has, or all after it. */
function liesBehind({ formula, subscripts, isMade }, axis, direction) {
  const [kind, terms, distance, divisor] = subscripts[axis] ?? [];
  const isBesides = kind === "place" && terms.length === 1 && terms[0][1] === 1 && divisor === 1;
  if (!isBesides || key(terms[0][0]) !== key(formula.indices[axis])) return false;
  return distance === 0 ? isMade : distance * direction < 0;
}
