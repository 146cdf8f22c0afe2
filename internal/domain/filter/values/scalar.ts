import type { Decimal } from './decimal.js';

export type Scalar = string | number | Decimal | boolean | null;
