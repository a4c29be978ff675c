// Numbers that look random and are the same in every run, so that two measurements are of the same files.

/** Mulberry32: small, and good enough to vary text. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const between = (least, most) => least + below(most - least + 1);
  const chance = (share) => next() < share;
  /** `count` of `list`, or all if there are fewer, each once, in their order. */
  const some = (list, count) => {
    const left = [...list.keys()];
    while (left.length > count) left.splice(below(left.length), 1);
    return left.map((index) => list[index]);
  };
  const pick = (list) => list[below(list.length)];
  return { between, chance, pick, some };
}
