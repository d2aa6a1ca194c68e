import { legend } from "../../../browser/script/canvas.js";
import { diverging, palette } from "../../../browser/script/colour_scales.js";
import { element } from "../../../browser/script/dom.js";
import { text } from "../../../browser/script/texts.js";
import { chosenCell } from "../state/chosen.js";
import { change, frameNow } from "../state/state.js";
import { offsetOfWeight, placeOfOffset, tilingOf, weightAt } from "../core/weights.js";
import { colourTable, mosaic, pixelOf, sizeOf } from "./mosaic.js";
import { names } from "./names.js";
import { numberText, roughText } from "./numbers.js";

/**
 * @import { Film, FirstLayer } from "../core/types.js"
 * @import { Tiling } from "../core/weights.js"
 * @import { Panel } from "./chart.js"
 * @import { Layout } from "./mosaic.js"
 */

const SCALES = [24, 20, 16, 12, 10, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5, 1.25, 1];
const HIGHEST = 540;
const HIGHEST_SHARE = 0.75;

/**
 * The weights of the first layer as pictures, of which each pixel can be clicked.
 *
 * @param {Film} film
 * @param {FirstLayer} layer
 * @param {number} number
 * @param {number} width
 * @returns {Panel}
 */
export function weightsPanel(film, layer, number, width) {
  const { weights, kind } = layer;
  const tiling = tilingOf(layer);
  const { layout, scale } = fitted(tiling, width);
  const colours = palette();
  const colour = diverging(colours, weights.high);
  const isRgb = layout.channels === 3;
  const table = isRgb ? greysOfLevels() : colourTable(weights, colour);
  const units = layer.shape[layer.shape.length - 1];
  const about = text(`weights.${kind}`, { name: layer.name, units, shape: layer.shape.join(" × ") });
  const isPart = kind !== "matrix" && tiling.tiles < units;
  const title = isPart ? `${about}${text("weights.first", { shown: tiling.tiles })}` : about;
  const drawn = mosaic(layout, scale, title);
  const reading = element("output", { "aria-live": "off" });
  const rows = rowNames(film, layer);
  const cell = chosenCell(film);
  /** @type {{ cell: string, offset: number }} */
  let pointed = { cell, offset: offsetOfWeight(layer, cell) };
  const chosen = pointed;
  const told = (film.lives?.cells ?? []).map((name) => offsetOfWeight(layer, name)).filter((offset) => offset >= 0);
  const read = () => {
    const frame = weights.at(frameNow(number));
    const row = rows[placeOfOffset(tiling, pointed.offset).row];
    const called = row ? `${pointed.cell} (${row})` : pointed.cell;
    reading.textContent = pointed.offset < 0 ? "" : `${called} ≈ ${roughText(weights.value(frame[pointed.offset]))}`;
  };
  drawn.canvas.addEventListener("mousemove", (event) => {
    const place = drawn.at(event);
    const name = place && weightAt(layer, place);
    pointed = name ? { cell: name, offset: offsetOfWeight(layer, name) } : chosen;
    read();
  });
  drawn.canvas.addEventListener("mouseleave", () => {
    pointed = chosen;
    read();
  });
  drawn.canvas.addEventListener("click", (event) => {
    const place = drawn.at(event);
    if (place) change({ cell: weightAt(layer, place) });
  });
  return {
    node: element(
      "figure",
      { class: "panel weights" },
      element("figcaption", {}, title),
      element("div", { class: "map" }, drawn.canvas),
      element(
        "div",
        { class: "under" },
        isRgb ? element("p", {}, text("weights.rgb")) : legend(colour, weights.low, weights.high, numberText),
        reading,
        element("p", {}, text(told.length ? "weights.click.told" : "weights.click")),
      ),
    ),
    show() {
      drawn.draw(weights.at(frameNow(number)), table);
      for (const offset of told) drawn.mark(placeOfOffset(tiling, offset), colours.source);
      if (chosen.offset >= 0) drawn.mark(placeOfOffset(tiling, chosen.offset), colours.active, true);
      read();
    },
  };
}

/**
 * How the pictures stand: as large as leaves room for all, in rows of about the same length.
 *
 * @param {Tiling} tiling
 * @param {number} room
 */
function fitted({ tiles, height, width, channels }, room) {
  const gap = tiles > 1 ? 1 : 0;
  const steps = { tile: height * width * channels, row: width * channels, column: channels };
  /** @type {(perRow: number) => Layout} */
  const layoutOf = (columns) => ({ tiles, height, width, columns, gap, steps, channels });
  for (const scale of SCALES) {
    const most = Math.min(tiles, Math.floor((room + gap * scale) / ((width + gap) * scale)));
    if (most < 1) continue;
    const layout = layoutOf(Math.ceil(tiles / Math.ceil(tiles / most)));
    if (sizeOf(layout).down * scale <= Math.max(HIGHEST, HIGHEST_SHARE * room)) return { layout, scale };
  }
  return { layout: layoutOf(Math.max(1, Math.floor((room + gap) / (width + gap)))), scale: 1 };
}

/**
 * What the rows of a matrix are called: its inputs, where they have names.
 *
 * @param {Film} film
 * @param {FirstLayer} layer
 */
function rowNames(film, { kind, shape }) {
  const called = film.characters ? names(film) : (film.columns ?? film.surface?.inputs ?? []);
  return kind === "matrix" && called.length === shape[0] ? called : [];
}

/** Levels as they are, to be red, green or blue. */
function greysOfLevels() {
  return Uint32Array.from({ length: 256 }, (_, level) => pixelOf([level, level, level]));
}
