/** Cells that patterns stand for, put together: for every axis the places on it, or `null` for all of them. */
export function boxesOf(patterns) {
  let found = patterns.map((pattern) => pattern.map((place) => (place === null ? null : [place])));
  for (const axis of (patterns[0] ?? []).keys()) found = joinedAlong(found, axis);
  return found;
}

function joinedAlong(boxes, axis) {
  const groups = new Map();
  for (const box of boxes) {
    const elsewhere = JSON.stringify(box.filter((_, other) => other !== axis));
    groups.set(elsewhere, [...(groups.get(elsewhere) ?? []), box]);
  }
  return [...groups.values()].map((group) => {
    const along = united(group.map((box) => box[axis]));
    return group[0].map((places, other) => (other === axis ? along : places));
  });
}

function united(lists) {
  if (lists.includes(null)) return null;
  return [...new Set(lists.flat())].sort((one, other) => one - other);
}

/** Places on an axis in short: `3`, `3–7`, or `{0,2,4}`. */
export function rangeText(places) {
  const [first, last] = [places[0], places.at(-1)];
  if (first === last) return String(first);
  if (last - first === places.length - 1) return `${first}–${last}`;
  return `{${(places.length > 4 ? [...places.slice(0, 2), "…", last] : places).join()}}`;
}

/** At most `limit` of the cells in a box, in order. */
export function cellsIn(box, limit) {
  const cells = [];
  const extend = (index) => {
    if (index.length === box.length) cells.push(index);
    else for (const place of box[index.length]) if (cells.length < limit) extend([...index, place]);
  };
  extend([]);
  return cells;
}
