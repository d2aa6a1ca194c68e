const TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

/** The arrays of every trace with their numbers in double precision, from the base64 that the page carries. */
export function unpack({ bytes, traces }) {
  const contents = bytes.map(decode);
  return traces.map((trace) => ({
    ...trace,
    arrays: new Map(Object.entries(trace.arrays).map(([name, packed]) => [name, array(name, packed, contents)])),
  }));
}

function array(name, { shape, type, bytes }, contents) {
  const recorded = Float64Array.from(new TYPES[type](contents[bytes]));
  return { name, shape, strides: strides(shape), whole: type === "i4", recorded, values: recorded, changed: null };
}

function decode(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes.buffer;
}

/** How far apart in memory neighbours on each axis are. */
export function strides(shape) {
  const steps = new Array(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}
