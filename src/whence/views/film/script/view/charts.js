import { text } from "../../../browser/script/texts.js";
import { films } from "../state/films.js";
import { state } from "../state/state.js";
import { chart } from "./chart.js";
import { hue } from "./hues.js";
import { percentText } from "./numbers.js";

/**
 * @import { Film, Numbers } from "../core/types.js"
 * @import { Curve, Panel } from "./chart.js"
 */

const PARTS = ["train", "validation"];
const DASHES = ["", "6 3", "2 3", "9 3 2 3"];
const HEIGHTS = { large: 230, small: 150 };

/** @typedef {{ isLarge: boolean, make(width: number): Panel }} Chart A chart that is still to be drawn. */

/**
 * The loss, what else was measured, the norms of gradients, updates and parameters, and the dead units.
 *
 * @returns {Chart[]}
 */
export function charts() {
  const measures = [...new Set(films.flatMap(({ history }) => history.flatMap((record) => Object.keys(record).map(measureOf))))];
  const others = measures.filter((measure) => measure && measure !== "loss");
  return [
    large(text("charts.loss"), films.flatMap(lossCurves)),
    ...others.map((measure) => {
      const curves = films.flatMap((film, number) => measured(film, number, measure));
      const options = measure === "accuracy" ? { written: percentText, fromZero: false } : scaled();
      return small(measureText(measure), curves, options);
    }),
    ...["gradient", "update", "weights"].map((which) =>
      small(text(`charts.${which}`), films.flatMap((film, number) => norms(film, number, which)), scaled()),
    ),
    ...(films.some(({ dead }) => dead.layers.length)
      ? [small(text("charts.dead"), films.flatMap(deadUnits), { written: percentText, hint: text("charts.dead.hint") })]
      : []),
  ];
}

/**
 * What a measure is called; one without a text by its name in code.
 *
 * @param {string} measure
 */
function measureText(measure) {
  const key = `charts.${measure}`;
  return text(key) === key ? measure : text(key);
}

/** On which scale curves are drawn that are no shares. */
function scaled() {
  return { isLogarithmic: state.logarithmic };
}

/** @type {(title: string, curves: Curve[]) => Chart} */
function large(title, curves) {
  return { isLarge: true, make: (width) => chart(title, curves, { width, height: HEIGHTS.large, ...scaled() }) };
}

/** @type {(title: string, curves: Curve[], options: Partial<Parameters<typeof chart>[2]>) => Chart} */
function small(title, curves, options) {
  return { isLarge: false, make: (width) => chart(title, curves, { width, height: HEIGHTS.small, ...options }) };
}

/**
 * What a key of the history measures: `validation_accuracy`, accuracy.
 *
 * @param {string} key
 */
function measureOf(key) {
  const part = PARTS.find((each) => key.startsWith(`${each}_`));
  return part ? key.slice(part.length + 1) : "";
}

/**
 * @param {Film} film
 * @param {number} number
 * @returns {Curve[]}
 */
function lossCurves(film, number) {
  const { steps, loss } = film.curves;
  const batches = { name: "", colour: hue(runHue(number, 0)), isFaint: true, epochs: inEpochs(film, steps), values: loss.values };
  return [batches, ...measured(film, number, "loss")];
}

/**
 * @param {Film} film
 * @param {number} number
 * @param {string} measure
 * @returns {Curve[]}
 */
function measured({ history, stepsPerEpoch, title }, number, measure) {
  return PARTS.map((part, place) => {
    const records = history.filter((record) => typeof record[`${part}_${measure}`] === "number");
    return {
      name: named(title, text(`part.${part}`)),
      colour: hue(runHue(number, place)),
      dashes: films.length > 1 ? DASHES[place] : "",
      epochs: records.map(({ step }) => Number(step) / stepsPerEpoch),
      values: records.map((record) => Number(record[`${part}_${measure}`])),
    };
  }).filter(({ values }) => values.length);
}

/**
 * @param {Film} film
 * @param {number} number
 * @param {string} which
 * @returns {Curve[]}
 */
function norms(film, number, which) {
  const { curves, title } = film;
  const norm = /** @type {Numbers} */ (curves[/** @type {"gradient"} */ (which)]);
  return curves.layers.map((layer, place) => ({
    name: named(title, layer),
    colour: hue(runHue(number, place)),
    dashes: films.length > 1 ? DASHES[place % DASHES.length] : "",
    epochs: inEpochs(film, curves.steps),
    values: column(norm, place),
  }));
}

/**
 * @param {Film} film
 * @param {number} number
 * @returns {Curve[]}
 */
function deadUnits({ dead, steps, stepsPerEpoch, title }, number) {
  return dead.layers.map((layer, place) => ({
    name: named(title, layer),
    colour: hue(runHue(number, place)),
    dashes: films.length > 1 ? DASHES[place % DASHES.length] : "",
    epochs: steps.map((step) => step / stepsPerEpoch),
    values: column(dead.share, place),
  }));
}

/**
 * Of two runs each has one colour; of one, each curve.
 *
 * @param {number} run
 * @param {number} curve
 */
function runHue(run, curve) {
  return films.length > 1 ? run : curve;
}

/** @type {(title: string, name: string) => string} */
function named(title, name) {
  return films.length > 1 ? `${title}: ${name}` : name;
}

/** @type {(film: Film, steps: Numbers) => number[]} */
function inEpochs({ stepsPerEpoch }, steps) {
  return Array.from(steps.values, (step) => step / stepsPerEpoch);
}

/** @type {(numbers: Numbers, place: number) => number[]} */
function column({ shape: [rows, columns], values }, place) {
  return Array.from({ length: rows }, (_, row) => values[row * columns + place]);
}
