import type { ToSign } from '../../../packages/signatures/src/scheme.js';

/** Returns headers that prove the origin of a request: name, value, name, value … */
export type Sign = (request: ToSign) => readonly string[];
