import { carried } from "../../../browser/script/carried.js";
import { Timeline } from "../core/timeline.js";
import { unpacked } from "../core/unpack.js";

/** @import { Film } from "../core/types.js" */

const packed = /** @type {{ films: object[], embedded: boolean }} */ (/** @type {unknown} */ (carried));

export const isEmbedded = packed.embedded;

/** @type {Film[]} */
export const films = await unpacked(packed.films);
export const timeline = new Timeline(films);
