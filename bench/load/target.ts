import { spell } from '../numbers.js';
import type { Target } from '../row.js';

export function atLeast(value: number, bound: number, unit = ''): Target {
  return { text: `≥ ${spellBound(bound)}${unit}`, met: value >= bound, strict: false };
}

export function atMost(value: number, bound: number, unit = ''): Target {
  return { text: `≤ ${spellBound(bound)}${unit}`, met: value <= bound, strict: false };
}

/** A target without noise: missing it is a fault of the program on any machine. */
export function strictly(target: Target): Target {
  return { ...target, strict: true };
}

const spellBound = (bound: number) =>
  Number.isInteger(bound) ? bound.toLocaleString('en-US') : spell(bound).replace(/0+$/, '');
