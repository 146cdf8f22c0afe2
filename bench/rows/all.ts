import type { Row } from '../row.js';
import { token } from './api/token.js';
import { b0 } from './b0.js';
import { b1 } from './b1.js';
import { b2 } from './b2.js';
import { b3 } from './b3.js';
import { fan } from './fan.js';
import { w8 } from './lists/w8.js';
import { w8b } from './lists/w8b.js';
import { scale } from './scale.js';
import { tenant } from './tenants/tenant.js';
import { tenantFlood } from './tenants/tenant-flood.js';
import { w1 } from './w1.js';
import { w1j } from './w1j.js';
import { w1l } from './w1l.js';
import { w2 } from './w2.js';
import { w3 } from './w3.js';
import { fair, w4 } from './w4.js';
import { w5 } from './w5.js';
import { w6 } from './w6.js';
import { w7 } from './w7.js';
import { w9, w9x } from './w9.js';
import { w10 } from './w10.js';

const named = (row: Row) => ({ row, inAll: false });
const always = (row: Row) => ({ row, inAll: true });

/** All rows in the order of their execution. A row without `inAll` runs only if it is named. */
export const rows: readonly { readonly row: Row; readonly inAll: boolean }[] = [
  // W1 measures B0 next to each of its own runs.
  named(b0),
  always(b1),
  always(b2),
  always(b3),
  always(w1),
  always(w1j),
  always(w1l),
  always(w7),
  always(w10),
  always(w2),
  always(fan),
  always(w3),
  always(w4),
  always(fair),
  always(tenant),
  always(tenantFlood),
  always(w5),
  always(w6),
  always(w8),
  always(w8b),
  always(w9),
  always(w9x),
  always(token),
  // The row needs cores for itself.
  named(scale),
];
