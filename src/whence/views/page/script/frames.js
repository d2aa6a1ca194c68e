import { sourcesOf, tellingSources } from "./sources.js";
import { offsetOf } from "./cells.js";
import { readingOrder } from "./symbols.js";
import { Plane } from "./plane.js";

/**
 * The pages of the player: for every step of a trace, each array that it fills, or together all that it reads in.
 *
 * The learning rate, and what else is only set, stands with the parameters.
 */
export function planOf(trace) {
  const placed = new Set(trace.steps.flatMap(({ arrays }) => arrays));
  const read = new Set([...trace.formulas.values()].flatMap((formula) => formula.reads));
  const settings = [...trace.arrays.keys()].filter((name) => !placed.has(name) && read.has(name));
  return trace.steps.map((step, number) => {
    const arrays = step.kind === "parameters" ? [...step.arrays, ...settings] : [...step.arrays];
    const computed = arrays.filter((name) => trace.formulas.has(name));
    const frames = computed.length ? computed.map((name) => [name]) : [arrays];
    return { ...step, number, layer: step.number, arrays, frames, computes: computed.length > 0 };
  });
}

/** The step and the frame in which an array is shown. */
export function placeOf({ plan }, name) {
  const step = plan.find(({ arrays }) => arrays.includes(name)) ?? plan[0];
  const frame = step.frames.findIndex((arrays) => arrays.includes(name));
  return { step, frame: Math.max(0, frame) };
}

/** What is on show for a cell: its array with what it is made from, or the given arrays of its step. */
export function scene(trace, cell) {
  const array = trace.arrays.get(cell.array);
  const formula = trace.formulas.get(cell.array);
  const active = offsetOf(array, cell.index);
  if (!formula) {
    const { step } = placeOf(trace, cell.array);
    const names = step.computes || !step.arrays.includes(cell.array) ? [cell.array] : step.arrays;
    return { formula: null, active, sources: new Map(), telling: new Map(), reads: [], targets: names };
  }
  const sources = sourcesOf(formula, trace.read, cell.index);
  const telling = tellingSources(formula, trace.read, cell.index);
  const reads = readingOrder(formula.expression).filter((name) => name !== cell.array);
  return { formula, active, sources, telling, reads, targets: [cell.array] };
}

export function firstCell(trace, name) {
  const array = trace.arrays.get(name);
  return { trace: trace.number, array: name, index: new Plane(array).cell(0, 0) };
}
