import type { Row } from '../row.js';
import { b0 } from './b0.js';
import { w1 } from './w1.js';
import { w1j } from './w1j.js';
import { w1l } from './w1l.js';

/** In the order in which they run. Without `inAll` a row runs only when it is named. */
export const rows: readonly { readonly row: Row; readonly inAll: boolean }[] = [
  // W1 measures it beside each of its own runs.
  { row: b0, inAll: false },
  { row: w1, inAll: true },
  { row: w1j, inAll: true },
  { row: w1l, inAll: true },
];
