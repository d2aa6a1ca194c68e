import { svg } from "../../../../browser/script/dom.js";
import { fragment } from "../../state/cells.js";
import { displayedName } from "../formula/notation.js";

/** @import { Cell } from "../../core/types.js" */

/**
 * A part of the drawing from which a click leads to a cell.
 *
 * @param {Cell} cell
 * @param {SVGElement} shape
 */
export function linked(cell, shape) {
  return svg("a", { href: fragment(cell), tabindex: "-1" }, svg("title", {}, displayedName(cell)), shape);
}
