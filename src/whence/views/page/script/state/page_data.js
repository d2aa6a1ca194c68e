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
