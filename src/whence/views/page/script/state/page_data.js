import { Exercise } from "../core/exercise.js";
import { Recording } from "../core/recording.js";

/** @import { PageData } from "../core/types.js" */

/** @type {PageData} */
const carried = JSON.parse(document.getElementById("data")?.textContent ?? "");
document.getElementById("data")?.remove();

export const pageData = {
  title: carried.title,
  which: carried.which,
  start: carried.start,
  language: carried.language,
  embedded: carried.embedded,
  texts: carried.texts,
};
export const recording = new Recording(carried);
export const exercise = carried.exercise && new Exercise(carried.exercise, recording.traces[0]);
