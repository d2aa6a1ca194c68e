/**
 * @typedef {[red: number, green: number, blue: number]} Colour
 * @typedef {ReturnType<typeof palette>} Palette
 */

/** The colours of heat maps and images, from the style in use: below zero, at zero, above zero. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  /** @returns {Colour} */
  const colour = (/** @type {string} */ name) => {
    const [red, green, blue] = value(name).split(/\s+/).map(Number);
    return [red, green, blue];
  };
  return {
    negative: colour("--below-zero"),
    zero: colour("--zero"),
    positive: colour("--above-zero"),
    active: value("--active"),
    source: value("--source"),
    ink: value("--ink"),
  };
}

/**
 * A function from a number to a colour, white where it is zero and full at ±`limit`.
 *
 * @param {Palette} palette
 * @param {number} limit
 * @returns {(value: number) => Colour}
 */
export function diverging({ negative, zero, positive }, limit) {
  return (value) => {
    const strength = Math.sqrt(Math.min(1, Math.abs(value) / limit)) || 0;
    const end = value < 0 ? negative : positive;
    const mixed = (/** @type {0 | 1 | 2} */ channel) => zero[channel] + (end[channel] - zero[channel]) * strength;
    return [mixed(0), mixed(1), mixed(2)];
  };
}

/**
 * A function from a number to a grey: black at 0 and white at `limit`.
 *
 * @param {number} limit
 * @returns {(value: number) => Colour}
 */
export function greys(limit) {
  return (value) => {
    const light = 255 * Math.max(0, Math.min(1, value / limit || 0));
    return [light, light, light];
  };
}

/**
 * The largest size of any finite number in an array.
 *
 * @param {Float64Array} values
 */
export function limitOf(values) {
  let limit = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > limit && size < Infinity) limit = size;
  }
  return limit || 1;
}
