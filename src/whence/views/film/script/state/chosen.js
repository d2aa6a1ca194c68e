import { placeOfOffset, tilingOf, weightAt } from "../core/weights.js";
import { state } from "./state.js";

/** @import { Film, FirstLayer } from "../core/types.js" */

/**
 * The weight whose life is told: the one that the reader chose, or else the first that has a told life, or the one of
 * the first layer that changed most.
 *
 * @param {Film} film
 */
export function chosenCell({ firstLayer, lives }) {
  return state.cell || lives?.cells[0] || (firstLayer ? mostChanged(firstLayer) : "");
}

/** @param {FirstLayer} layer */
function mostChanged(layer) {
  const { weights } = layer;
  const [first, last] = [weights.at(0), weights.at(weights.count - 1)];
  let most = 0;
  for (let place = 1; place < weights.size; place++) {
    if (Math.abs(last[place] - first[place]) > Math.abs(last[most] - first[most])) most = place;
  }
  return weightAt(layer, placeOfOffset(tilingOf(layer), most));
}
