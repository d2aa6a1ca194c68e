import { writeInTable } from "../../../../browser/script/digits.js";
import { element } from "../../../../browser/script/dom.js";
import { text } from "../../../../browser/script/texts.js";
import { fragment } from "../../state/cells.js";
import { exercise } from "../../state/page_data.js";
import { displayedName } from "../formula/notation.js";
import { localised, numberText } from "../number_format.js";
import { cropOf, isSmall } from "./crop.js";

/**
 * @import { TableForm } from "../../../../browser/script/digits.js"
 * @import { Slice } from "../../core/slice.js"
 * @import { Crop } from "./crop.js"
 * @import { Marks } from "./marks.js"
 * @import { Sizes } from "./sizes.js"
 */

/**
 * A slice's numbers as a table in any size, whose cells can be clicked and walked over with the arrow keys; a cell is
 * made once, and moves from a table that turned out too large to the next.
 *
 * @param {number} trace
 * @param {Slice} slice
 * @param {Marks} marks
 * @param {{ form: TableForm, letters: string[], label: string }} options How numbers are written, what the axes go by,
 * and what the table is called.
 * @returns {(sizes: Sizes) => HTMLElement}
 */
export function table(trace, slice, marks, options) {
  const written = (/** @type {number} */ value) =>
    slice.array.valueNames?.[value] ?? localised(writeInTable(value, options.form));
  /** @type {Map<number, HTMLElement>} */
  const made = new Map();
  /** @type {(row: number, column: number) => HTMLElement} */
  const cellAt = (row, column) => {
    const place = row * slice.columns + column;
    const cell = made.get(place) ?? tableCell(trace, slice, row, column, marks, written);
    made.set(place, cell);
    return cell;
  };
  return (sizes) => tableOf(slice, cropOf(slice, marks, sizes), isSmall(slice, sizes), cellAt, options);
}

/**
 * @param {Slice} slice
 * @param {Crop} crop
 * @param {boolean} isWhole
 * @param {(row: number, column: number) => HTMLElement} cellAt
 * @param {{ letters: string[], label: string }} options
 */
function tableOf(slice, { top, left, bottom, right }, isWhole, cellAt, { letters, label }) {
  const columns = range(left, right);
  const rows = range(top, bottom).map((row) =>
    element(
      "tr",
      {},
      slice.down === null ? null : header(slice, slice.down, row, "row"),
      ...columns.map((column) => cellAt(row, column)),
    ),
  );
  const cut = { top: top > 0, left: left > 0, bottom: bottom < slice.rows, right: right < slice.columns };
  const edges = Object.entries(cut).map(([side, isCut]) => isCut && `cut-${side}`);
  const kinds = ["grid", !isWhole && "cropped", slice.array.valueNames && "named", ...edges];
  return element(
    "table",
    { role: "grid", class: kinds.filter(Boolean).join(" "), "aria-label": label, "data-rows": slice.rows },
    head(slice, columns, letters),
    element("tbody", {}, ...rows),
  );
}

/**
 * @param {Slice} slice
 * @param {number[]} columns
 * @param {string[]} letters
 */
function head(slice, columns, letters) {
  const { down, across } = slice;
  if (across === null) return null;
  const letter = (/** @type {number} */ axis) => letters[axis];
  const corner = down !== null && letter(down) && letter(across) ? `${letter(down)}↓ ${letter(across)}→` : "";
  return element(
    "thead",
    {},
    element(
      "tr",
      {},
      down === null ? null : element("td", { class: "corner", "aria-hidden": "true" }, corner),
      ...columns.map((column) => header(slice, across, column, "col")),
    ),
  );
}

/**
 * @param {Slice} slice
 * @param {number} axis
 * @param {number} place
 * @param {"row" | "col"} scope
 */
function header(slice, axis, place, scope) {
  const name = slice.array.axisNames?.[axis]?.[place] ?? String(place);
  return element("th", { scope, title: name === String(place) ? null : `${place}: ${name}` }, name);
}

/**
 * @param {number} trace
 * @param {Slice} slice
 * @param {number} row
 * @param {number} column
 * @param {Marks} marks
 * @param {(value: number) => string} written
 */
function tableCell(trace, slice, row, column, { active, sources, filledTo }, written) {
  const { array } = slice;
  const offset = slice.offset(row, column);
  const value = array.values[offset];
  const isPending = filledTo !== null && row * slice.columns + column > filledTo;
  const kinds = [];
  if (offset === active) kinds.push("active");
  if (sources.has(offset)) kinds.push("source");
  if (array.changed?.[offset]) kinds.push("changed");
  const blank = exercise?.blankAt(array.name, offset);
  if (blank) kinds.push(blank.verdict === "right" ? "found" : "blank");
  const said = written(value);
  const cell = { trace, array: array.name, index: slice.cell(row, column) };
  const name = displayedName(cell);
  const remarks = kinds.map((kind) => text(`mark.${kind}`));
  if (said !== numberText(value)) remarks.unshift(numberText(value));
  return element(
    "td",
    {
      role: "gridcell",
      class: [...kinds, ...(isPending ? ["pending"] : [])].join(" ") || null,
      tabindex: row === slice.row() && column === slice.column() ? "0" : "-1",
      "aria-selected": offset === active ? "true" : null,
      "aria-description": remarks.join(", ") || null,
      title: remarks.length ? `${name}: ${remarks.join(", ")}` : name,
      "data-key": fragment(cell),
      "data-row": row,
      "data-column": column,
    },
    isPending ? "·" : said,
  );
}

/**
 * @param {number} start
 * @param {number} end
 */
function range(start, end) {
  return Array.from({ length: end - start }, (_, place) => start + place);
}
