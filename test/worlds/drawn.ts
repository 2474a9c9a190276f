// Numbers from a seed: the same seed draws the same world on every machine.

export interface Draw {
  /** A whole number from 0 up to, and without, `below`. */
  readonly below: (below: number) => number;
  /** True in `percent` of a hundred draws. */
  readonly chance: (percent: number) => boolean;
  readonly oneOf: <T>(items: readonly [T, ...T[]]) => T;
}

/** mulberry32: small, and good enough to choose with. */
export function drawFrom(seed: number): Draw {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (percent) => below(100) < percent,
    oneOf: (items) => items[below(items.length)] ?? items[0],
  };
}
