/** Where the columns of the drawing are, in its own units. */
export const COLUMN_HEIGHT = 110;
export const COLUMN_DISTANCE = 160;
export const MARGIN = 60;
export const MIDDLE = COLUMN_HEIGHT / 2 + 8;

/**
 * Where a column stands.
 *
 * @param {number} position
 */
export function columnAt(position) {
  return MARGIN + position * COLUMN_DISTANCE;
}
