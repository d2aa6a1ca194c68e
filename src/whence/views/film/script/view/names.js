/** @import { Film } from "../core/types.js" */

/** @type {Record<string, string>} */
const INVISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥" };

/**
 * What the classes are called: of a text, its characters.
 *
 * @param {Film} film
 */
export function names({ classes, characters }) {
  return characters ? Array.from(characters, visible) : (classes ?? []);
}

/** @param {string} character */
export function visible(character) {
  return INVISIBLE[character] ?? character;
}
