import type { SchemaProblem } from './event-schema.js';

/** The result of a check of a payload, or of a schema alone. */
export type SchemaCheck =
  | { readonly outcome: 'valid' }
  | { readonly outcome: 'invalid'; readonly problems: readonly SchemaProblem[] }
  /** The schema cannot be compiled, at least not by this version of hukz. */
  | { readonly outcome: 'bad_schema'; readonly problem: SchemaProblem }
  /** The check took too long, or too much memory. Nothing is known about the payload. */
  | { readonly outcome: 'too_hard' };
