/**
 * A function that computes what it gives the first time it is called, and keeps it.
 *
 * @template Result
 * @param {() => Result} compute
 */
export function once(compute) {
  /** @type {Result | undefined} */
  let kept;
  return () => (kept ??= compute());
}
