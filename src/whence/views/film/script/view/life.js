import { element, menu, svg } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { rangeOf } from "../core/scale.js";
import { offsetOfWeight, readWeight } from "../core/weights.js";
import { chosenCell } from "../state/chosen.js";
import { timeline } from "../state/films.js";
import { change, frameNow, state } from "../state/state.js";
import { lastEpoch } from "./chart.js";
import { css, classColours } from "./hues.js";
import { inputFigure } from "./inputs.js";
import { names } from "./names.js";
import { numberText, roughText, sumText } from "./numbers.js";
import { pathThrough, plot } from "./plot.js";

/**
 * @import { Film, Lives, Numbers } from "../core/types.js"
 * @import { Panel } from "./chart.js"
 * @import { Plot } from "./plot.js"
 */

const HEIGHT = 230;
const WIDEST = 640;
const TABLE = 430;
const BESIDE = 800;
const NEGLIGIBLE = 1e-5;

/**
 * Where the chosen weight came from: its curve, what the samples of each class have added, and those that added most.
 *
 * @param {Film} film
 * @param {number} number
 * @param {number} width
 * @returns {Panel}
 */
export function lifePanel(film, number, width) {
  const cell = chosenCell(film);
  const told = film.lives?.cells.indexOf(cell) ?? -1;
  const parts = film.lives && told >= 0 ? toldLife(film, film.lives, told, number, width) : untoldLife(film, cell, number, width);
  return {
    node: element(
      "figure",
      { class: "panel life" },
      element("figcaption", {}, text("life.title", { cell })),
      choice(film, cell, number),
      ...parts.nodes,
    ),
    show: parts.show,
  };
}

/**
 * A field for the name of a weight, and a menu of those whose lives are told.
 *
 * @param {Film} film
 * @param {string} cell
 * @param {number} number
 */
function choice({ firstLayer, lives }, cell, number) {
  const trouble = element("span", { class: "trouble", role: "status" });
  const field = element("input", {
    value: cell,
    "data-key": `cell.${number}`,
    "aria-label": text("life.field"),
    size: 14,
    spellcheck: false,
    onchange: () => {
      const typed = (firstLayer && readWeight(firstLayer, field.value)) ?? lives?.cells.find((name) => isSame(name, field.value));
      if (typed) change({ cell: typed });
      else trouble.textContent = text("life.unknown", { name: firstLayer?.name ?? "", shape: firstLayer?.shape.join(" × ") ?? "" });
    },
  });
  const cells = lives?.cells ?? [];
  /** @type {[string, string][]} */
  const options = [...(cells.includes(cell) ? [] : [""]), ...cells].map((name) => [name, name || text("life.menu")]);
  const list = menu(`lives.${number}`, options, cells.includes(cell) ? cell : "", (name) => name && change({ cell: name }), {
    "aria-label": text("life.menu"),
  });
  return element("div", { class: "choice" }, element("label", {}, text("life.field"), " ", field), cells.length ? list : null, trouble);
}

/** @type {(one: string, other: string) => boolean} */
function isSame(one, other) {
  return one.replaceAll(" ", "") === other.replaceAll(" ", "");
}

/**
 * @param {Film} film
 * @param {string} cell
 * @param {number} number
 * @param {number} width
 */
function untoldLife({ firstLayer, run }, cell, number, width) {
  const offset = firstLayer ? offsetOfWeight(firstLayer, cell) : -1;
  const command = element("code", {}, `whence why ${run} '${cell.replaceAll(" ", "")}' --training`);
  const note = element("p", {}, text("life.untold"), " ", command);
  if (!firstLayer || offset < 0) return { nodes: [note], show() {} };
  const values = firstLayer.weights.curve(offset);
  const { drawn, showCursor } = curveOf(values, values, number, width, cell);
  const sum = element("p", { class: "sum" });
  return {
    nodes: [sum, drawn.node, note],
    show() {
      showCursor();
      sum.textContent = `${cell} ≈ ${roughText(values[frameNow(number)])}`;
    },
  };
}

/**
 * The axes for a weight's values over the training, with its line above whatever lies between them.
 *
 * @param {number[]} values
 * @param {number[]} all All that must fit.
 * @param {number} number
 * @param {number} width
 * @param {string} label
 * @param {(drawn: Plot) => Node[]} between
 */
function curveOf(values, all, number, width, label, between = () => []) {
  const range = rangeOf(all);
  const margin = 0.05 * (range.high - range.low);
  const up = { low: range.low - margin, high: range.high + margin };
  const drawn = plot({ width: Math.min(width, WIDEST), height: HEIGHT, across: { low: 0, high: lastEpoch() }, up, label });
  const cursor = svg("line", { class: "cursor", y1: drawn.box.top, y2: drawn.box.top + drawn.box.height });
  drawn.inside.append(
    ...between(drawn),
    svg("path", { d: pathThrough(drawn, timeline.epochs[number], values), class: "curve value" }),
    cursor,
  );
  const showCursor = () => {
    const place = drawn.x(timeline.times[state.moment]);
    cursor.setAttribute("x1", String(place));
    cursor.setAttribute("x2", String(place));
  };
  return { drawn, showCursor };
}

/**
 * @param {Film} film
 * @param {Lives} lives
 * @param {number} place
 * @param {number} number
 * @param {number} width
 */
function toldLife(film, lives, place, number, width) {
  const { cells, groups } = lives;
  const frames = film.steps.length;
  const first = lives.first.values[place];
  const values = Array.from({ length: frames }, (_, frame) => lives.values.values[frame * cells.length + place]);
  const added = groups.map((_, group) =>
    Array.from({ length: frames }, (_frame, frame) => lives.added.values[(frame * cells.length + place) * groups.length + group]),
  );
  const colours = groups.length > 1 ? classColours(groups.length).map(css) : ["var(--soft)"];
  const layers = stacked(first, added);
  const room = width >= BESIDE ? width - TABLE : width;
  const { drawn, showCursor } = curveOf(values, [...values, ...layers.flat(2)], number, room, cells[place], (on) =>
    layers.map(([lower, upper], layer) => {
      const area = svg("path", { d: areaBetween(on, timeline.epochs[number], lower, upper), class: "area" });
      area.style.fill = colours[layer >> 1];
      return area;
    }),
  );
  const order = [...groups.keys()].sort((one, other) => Math.abs(added[other][frames - 1]) - Math.abs(added[one][frames - 1]));
  const rest = values.map((value, frame) => value - first - added.reduce((total, each) => total + each[frame], 0));
  const most = Math.max(...[first, ...values, ...added.flat()].map(Math.abs)) || 1;
  const hasRest = rest.some((each) => Math.abs(each) > NEGLIGIBLE * most);
  const labels = [text("life.first"), ...order.map((group) => groups[group] || text("life.samples")), ...(hasRest ? [text("life.rest")] : [])];
  const rows = labels.map((label, row) => sumRow(label, row > 0 && row <= order.length ? colours[order[row - 1]] : null));
  const result = element("td", {});
  const total = element("tr", { class: "total" }, element("th", { scope: "row" }, cells[place]), result, element("td", {}));
  return {
    nodes: [
      element("div", { class: "story" }, drawn.node, element("table", { class: "sum" }, ...rows.map(({ node }) => node), total)),
      extremes(film, lives, place),
    ],
    show() {
      showCursor();
      const frame = frameNow(number);
      const terms = [first, ...order.map((group) => added[group][frame]), ...(hasRest ? [rest[frame]] : [])];
      const said = sumText(terms, values[frame]);
      rows.forEach((row, at) => row.show(said.terms[at], terms[at] / most));
      result.textContent = `${said.sign} ${said.result}`;
    },
  };
}

/**
 * For each group the areas of what it has added and what it has taken, one upon the other from the first value.
 *
 * @param {number} first
 * @param {number[][]} added
 */
function stacked(first, added) {
  const frames = added[0].length;
  const ends = [new Array(frames).fill(first), new Array(frames).fill(first)];
  return added.flatMap((values) =>
    [1, -1].map((sign, side) => {
      const lower = ends[side];
      ends[side] = lower.map((end, frame) => end + sign * Math.max(0, sign * values[frame]));
      return [lower, ends[side]];
    }),
  );
}

/**
 * @param {Plot} drawn
 * @param {number[]} epochs
 * @param {number[]} lower
 * @param {number[]} upper
 */
function areaBetween(drawn, epochs, lower, upper) {
  const back = pathThrough(drawn, [...epochs].reverse(), [...upper].reverse()).replace("M", "L");
  return `${pathThrough(drawn, epochs, lower)}${back}Z`;
}

/**
 * A term of the sum: its number, and a bar to the left of the middle or to the right.
 *
 * @param {string} label
 * @param {string | null} colour
 */
function sumRow(label, colour) {
  const [number, bar, swatch] = [element("td", {}), element("i", {}), element("i", { class: "swatch" })];
  if (colour) swatch.style.background = colour;
  const node = element("tr", {}, element("th", { scope: "row" }, swatch, label), number, element("td", { class: "bar" }, bar));
  return {
    node,
    /**
     * @param {string} written
     * @param {number} share
     */
    show(written, share) {
      number.textContent = written;
      bar.className = share < 0 ? "below" : "above";
      bar.style.width = `${50 * Math.min(1, Math.abs(share))}%`;
    },
  };
}

/**
 * @param {Film} film
 * @param {Lives} lives
 * @param {number} place
 */
function extremes(film, lives, place) {
  const side = (/** @type {string} */ title, /** @type {Numbers} */ samples, /** @type {Numbers} */ shares) => {
    const [, count] = samples.shape;
    const entries = Array.from({ length: count }, (_, at) => place * count + at)
      .filter((at) => shares.values[at] !== 0)
      .map((at) => {
        const row = lives.numbers.indexOf(samples.values[at]);
        const share = numberText(shares.values[at]);
        return element(
          "li",
          {},
          inputFigure(film, lives.inputs, row, text("life.sample", { number: samples.values[at] })),
          element("span", {}, text("samples.target", { target: targetText(film, lives.targets, row) })),
          element("b", {}, shares.values[at] > 0 ? `+${share}` : share),
        );
      });
    return element("div", {}, element("h3", {}, title), element("ul", { class: "inputs" }, ...entries));
  };
  return element(
    "div",
    { class: "extremes" },
    side(text("life.raised"), lives.raised, lives.raised_by),
    side(text("life.lowered"), lives.lowered, lives.lowered_by),
  );
}

/**
 * @param {Film} film
 * @param {Numbers} targets
 * @param {number} row
 */
function targetText(film, { shape, values }, row) {
  const each = values.length / shape[0];
  const last = values[(row + 1) * each - 1];
  return film.classes ? (names(film)[last] ?? String(last)) : numberText(values[row * each]);
}
