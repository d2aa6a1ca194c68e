/**
 * @import { Formula } from "./evaluation.js"
 * @import { PackedTrace, Step, Trace } from "./types.js"
 */

/** @typedef {"forward" | "loss" | "backward" | "update"} Group */

/**
 * The steps of a trace, each with its parts: every array that it fills, or together all that it reads in.
 *
 * The learning rate, and what else is only set, stands with the parameters.
 *
 * @param {PackedTrace} trace
 * @param {Map<string, Formula>} formulas
 * @returns {Step[]}
 */
export function stepsOf({ arrays, steps }, formulas) {
  const placed = new Set(steps.flatMap((step) => step.arrays));
  const read = new Set([...formulas.values()].flatMap((formula) => formula.reads));
  const settings = Object.keys(arrays).filter((name) => !placed.has(name) && read.has(name));
  return steps.map(({ kind, number: layer, arrays: own }, number) => {
    const names = kind === "parameters" ? [...own, ...settings] : own;
    const computed = names.filter((name) => formulas.has(name));
    const parts = computed.length ? computed.map((name) => [name]) : [names];
    return { kind, number, layer, arrays: names, parts, computes: computed.length > 0 };
  });
}

/** @type {Record<string, Group>} */
const GROUPS = {
  error: "loss",
  slopes: "backward",
  "output delta": "backward",
  "layer error": "backward",
  "layer delta": "backward",
  "input delta": "backward",
  gradients: "backward",
  clipping: "update",
  weights: "update",
  biases: "update",
  statistics: "update",
};

/**
 * Which part of a training step a step belongs to.
 *
 * @param {Step} step
 */
export function groupOf({ kind }) {
  return GROUPS[kind] ?? "forward";
}

/**
 * The step in which an array is shown, and the place of the part.
 *
 * @param {Trace} trace
 * @param {string} name
 */
export function placeOf({ steps }, name) {
  const step = steps.find(({ arrays }) => arrays.includes(name)) ?? steps[0];
  const part = step.parts.findIndex((arrays) => arrays.includes(name));
  return { step, part: Math.max(0, part) };
}
