import type { SchemaCheck } from '../domain/schema/schema-check.js';

/** One piece of work of the worker: to compile a schema and, if there is a payload, to check it. */
export interface CheckJob {
  readonly schema: SchemaKey;
  /** Left out for a schema that the worker knows. */
  readonly text?: string;
  /** Left out if the schema is only to be compiled. */
  readonly payload?: Uint8Array;
}

/** The id of a stored schema. A schema that is not stored is compiled, and forgotten. */
export type SchemaKey = number | 'unstored';

/** The messages from the worker: the first one, or the results of a batch. */
export type FromWorker = 'ready' | readonly SchemaCheck[];

/** The messages to the worker: a batch, or that no schema will be left out any more. */
export type ToWorker = 'forget' | readonly CheckJob[];
