import { svg } from "../../../../browser/script/dom.js";
import { kindText, text } from "../../../../browser/script/texts.js";
import { fragment } from "../../state/cells.js";
import { firstCell } from "../../state/navigation.js";
import { nameParts } from "../formula/notation.js";
import { shapeText } from "../number_format.js";
import { COLUMN_DISTANCE, COLUMN_HEIGHT, columnAt } from "./measures.js";

/**
 * @import { Cell, Trace } from "../../core/types.js"
 * @import { Stage } from "./stages.js"
 */

const NAMES_BEGIN = 20;
const NAME_LINE = 18;
const KIND_LINE = 13;
const ARRAYS_A_LINE = 3;
const PARAMETERS_A_LINE = 2;
const MOST_PARAMETERS = 4;
const KIND_LETTERS = 24;
const LETTER = 12;
const LETTER_OF_A_WORD = 8;
const SMALLER = 0.8;
const DIGIT = 7;
const RAISED = 6;
const LOWERED = 4;

/**
 * How much room there is beneath the columns for their labels.
 *
 * @param {Stage[]} stages
 */
export function footHeight(stages) {
  const kinds = Math.max(...stages.map((stage) => kindLines(stage).length));
  return shapeBegins(stages) + KIND_LINE * kinds + 11;
}

/**
 * Beneath each column its arrays, and between columns the parameters: links to their first cells.
 *
 * @param {Trace} trace
 * @param {Stage[]} stages
 * @param {number} position
 * @param {Cell} cell
 */
export function labels(trace, stages, position, cell) {
  const stage = stages[position];
  const x = columnAt(position);
  /** @type {(name: string, at: number, line: number, kind?: string) => SVGElement} */
  const link = (name, at, line, kind) => {
    const { letter, below, level, primes } = nameParts(name);
    return svg(
      "a",
      { href: fragment(firstCell(trace, name)), class: name === cell.array ? "current" : null },
      svg(
        "text",
        { x: at, y: COLUMN_HEIGHT + NAMES_BEGIN + NAME_LINE * line, class: kind ?? null },
        letter,
        primes,
        ...(level ? [svg("tspan", { dy: -RAISED, class: "small" }, level)] : []),
        svg("tspan", { dy: LOWERED + (level ? RAISED : 0), class: "small" }, below),
      ),
    );
  };
  const aside = (/** @type {Stage | undefined} */ beside) => (beside && beside.arrays.length > 2 ? 12 : 0);
  const middle = x - COLUMN_DISTANCE / 2 - aside(stage) + aside(stages[position - 1]);
  const shown = stage.parameters.slice(0, MOST_PARAMETERS);
  const gradients = (/** @type {string[]} */ names) =>
    names.map((name) => `d${name}`).filter((name) => trace.arrays.has(name));
  const beneath = (/** @type {string} */ name, /** @type {number} */ at, /** @type {number} */ line) =>
    link(name, at, line + linesOf(stages), "derivative");
  const parameters = [
    ...inLines(shown, PARAMETERS_A_LINE, middle, link),
    ...inLines(gradients(shown), PARAMETERS_A_LINE, middle, beneath, SMALLER),
  ];
  if (shown.length < stage.parameters.length) {
    const y = COLUMN_HEIGHT + NAMES_BEGIN + 1.75 * NAME_LINE;
    parameters.push(svg("text", { x: middle, y, class: "shape" }, "…"));
  }
  const arrays = [
    ...inLines(stage.arrays, ARRAYS_A_LINE, x, link),
    ...inLines(gradients(stage.arrays), ARRAYS_A_LINE, x, beneath, SMALLER),
  ];
  const y = COLUMN_HEIGHT + shapeBegins(stages);
  const shape = svg("text", { x, y, class: "shape" }, stage.shape.length ? shapeText(stage.shape) : "");
  const kinds = kindLines(stage).map((line, place) =>
    svg("text", { x, y: y + 3 + KIND_LINE * (place + 1), class: "kind" }, line),
  );
  return svg("g", {}, ...parameters, ...arrays, shape, ...kinds);
}

/** @param {Stage[]} stages */
function shapeBegins(stages) {
  return NAMES_BEGIN + NAME_LINE * (linesOf(stages) + derivativeLines(stages)) + 4;
}

/**
 * How many lines the longest list of arrays takes.
 *
 * @param {Stage[]} stages
 */
function linesOf(stages) {
  const parameters = Math.max(...stages.map((stage) => Math.min(stage.parameters.length, MOST_PARAMETERS)));
  return Math.max(
    Math.ceil(parameters / PARAMETERS_A_LINE),
    ...stages.map(({ arrays }) => Math.ceil(arrays.length / ARRAYS_A_LINE)),
  );
}

/**
 * How many lines the derivatives take, which stand beneath all arrays.
 *
 * @param {Stage[]} stages
 */
function derivativeLines(stages) {
  return linesOf(stages.slice(0, -1));
}

/**
 * Names side by side around a middle, a few in each line.
 *
 * @param {string[]} names
 * @param {number} most
 * @param {number} middle
 * @param {(name: string, at: number, line: number) => SVGElement} link
 * @param {number} size How large the letters are, as a share of the usual.
 */
function inLines(names, most, middle, link, size = 1) {
  const apart = size * Math.max(26, ...names.map(widthOf));
  return names.map((name, place) => {
    const line = Math.floor(place / most);
    const across = Math.min(most, names.length - line * most);
    return link(name, middle + ((place % most) - (across - 1) / 2) * apart, line);
  });
}

/**
 * About how many pixels a name takes, with some room behind it.
 *
 * @param {string} name
 */
function widthOf(name) {
  const { letter, below, level } = nameParts(name);
  const isWord = letter.length > 2;
  return (isWord ? LETTER_OF_A_WORD : LETTER) * letter.length + DIGIT * (level.length + below.length) + 5;
}

/**
 * The kinds of a stage's layers, as many in a line as there is room for.
 *
 * @param {Stage} stage
 */
function kindLines({ kinds }) {
  const [first, ...others] = kinds.length ? kinds.map(kindText) : [text("network.input")];
  const lines = [first];
  for (const kind of others) {
    const last = lines.length - 1;
    const longer = `${lines[last]}, ${kind}`;
    if (longer.length <= KIND_LETTERS) lines[last] = longer;
    else {
      lines[last] += ",";
      lines.push(kind);
    }
  }
  return lines;
}
