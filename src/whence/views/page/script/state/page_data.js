import { carried } from "../../../browser/script/carried.js";
import { Exercise } from "../core/exercise.js";
import { Recording } from "../core/recording.js";

/** @import { PageData } from "../core/types.js" */

const contents = /** @type {PageData} */ (carried);

export const pageData = {
  which: contents.which,
  start: contents.start,
  embedded: contents.embedded,
};
export const recording = new Recording(contents);
export const exercise = contents.exercise && new Exercise(contents.exercise, recording.traces[0]);
