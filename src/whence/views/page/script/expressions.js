/** Two indices are one if both their names and their own extents agree. */
export function key([name, extent]) {
  return extent === null ? name : `${name}:${extent}`;
}

/** The index that a subscript is, if it is no more than an index. */
export function bare(subscript) {
  if (subscript[0] !== "place") return null;
  const [, terms, added, divisor] = subscript;
  return terms.length === 1 && terms[0][1] === 1 && added === 0 && divisor === 1 ? terms[0][0] : null;
}

export function children(node) {
  switch (node[0]) {
    case "entry":
      return node[2].filter((subscript) => subscript[0] === "entry");
    case "operation":
      return [node[2], node[3]];
    case "call":
      return node[2];
    case "reduction":
      return [node[3]];
  }
  return [];
}

/** A node and all nodes inside it, parents first. */
export function nodes(node) {
  return [node, ...children(node).flatMap(nodes)];
}

export function entries(expression) {
  return nodes(expression).filter((node) => node[0] === "entry");
}

/** Whether a node, or a subscript, has another value when an index has, which is not free in a reduction over it. */
export function dependsOn(node, index) {
  switch (node[0]) {
    case "place":
      return node[1].some(([other]) => key(other) === key(index));
    case "digit":
    case "position":
      return dependsOn(node[1], index);
    case "entry":
      return node[2].some((subscript) => dependsOn(subscript, index));
    case "reduction":
      return key(node[2]) !== key(index) && dependsOn(node[3], index);
  }
  return children(node).some((child) => dependsOn(child, index));
}

/** How many values each index takes: its own extent, or else the length of the axes on which it stands alone. */
export function findExtents(all, shapes) {
  const extents = new Map();
  const note = (index, length) => extents.set(key(index), index[1] ?? length);
  for (const node of all) {
    if (node[0] === "reduction" || node[0] === "size") {
      const index = node[node.length === 4 ? 2 : 1];
      if (index[1] !== null) note(index, null);
    }
    if (node[0] !== "entry") continue;
    node[2].forEach((subscript, axis) => {
      const index = bare(subscript);
      if (index) note(index, shapes(node[1])[axis]);
    });
  }
  return extents;
}
