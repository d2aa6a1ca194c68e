/** The colours of heat maps and pictures, from the style in use: below zero, at zero, above zero. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number);
  return {
    negative: colour("--below-zero"),
    zero: colour("--zero"),
    positive: colour("--above-zero"),
    active: style.getPropertyValue("--active").trim(),
    source: style.getPropertyValue("--source").trim(),
    ink: style.getPropertyValue("--ink").trim(),
    paper: style.getPropertyValue("--panel").trim(),
  };
}

/** A function from a number to red, green and blue, white where it is zero and full at ±`limit`. */
export function diverging({ negative, zero, positive }, limit) {
  return (value) => {
    const strength = Math.sqrt(Math.min(1, Math.abs(value) / limit)) || 0;
    const end = value < 0 ? negative : positive;
    return zero.map((start, channel) => start + (end[channel] - start) * strength);
  };
}

/** A function from a number to a grey: black at 0 and white at `limit`. */
export function greys(limit) {
  return (value) => {
    const light = 255 * Math.max(0, Math.min(1, value / limit || 0));
    return [light, light, light];
  };
}

/** The largest size of any finite number in an array. */
export function limitOf(values) {
  let limit = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > limit && size < Infinity) limit = size;
  }
  return limit || 1;
}
