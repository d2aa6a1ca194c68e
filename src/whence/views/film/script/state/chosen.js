import { placeOfOffset, tilingOf, weightAt } from "../core/weights.js";
import { state } from "./state.js";

/** @import { Film, FirstLayer, Lives } from "../core/types.js" */

/**
 * The weight whose life is told: the one that the reader chose, or else the one that changed most, of those that have a
 * told life, or of the first layer.
 *
 * @param {Film} film
 */
export function chosenCell({ firstLayer, lives }) {
  return state.cell || (lives && mostChangedLife(lives)) || (firstLayer ? mostChanged(firstLayer) : "");
}

/** @param {Lives} lives */
function mostChangedLife({ cells, first, values }) {
  return cells[placeOfMostChanged(first.values, values.values.slice(-cells.length))];
}

/** @param {FirstLayer} layer */
function mostChanged(layer) {
  const { weights } = layer;
  const most = placeOfMostChanged(weights.at(0), weights.at(weights.count - 1));
  return weightAt(layer, placeOfOffset(tilingOf(layer), most));
}

/**
 * @param {ArrayLike<number>} first
 * @param {ArrayLike<number>} last
 */
function placeOfMostChanged(first, last) {
  let most = 0;
  for (let place = 1; place < first.length; place++) {
    if (Math.abs(last[place] - first[place]) > Math.abs(last[most] - first[most])) most = place;
  }
  return most;
}
