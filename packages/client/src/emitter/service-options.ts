import { invalid } from './emitter-error.js';
import type { Publish } from './publish.js';
import { type ReadersOf, readMembers } from './read.js';

export interface ServiceEmitterOptions {
  /**
   * The emitters of a namespace are the webhooks with the keys `emitter/<namespace>/<id>`, in the space of the client
   * or in space 0. Programs with the same namespace share their emitters. 1 to 16 characters of `a-z`, `0-9`, `.`, `_`
   * and `-`. Default: `default`.
   */
  readonly namespace?: string | undefined;
  /** Publishes an event. Default: over HTTP, by the client. `overNats` makes a function for a connection to NATS. */
  readonly publish?: Publish | undefined;
}

const NAMESPACE = /^[a-z0-9][a-z0-9._-]{0,15}$/;

const optionReaders = {
  namespace: readNamespace,
  publish: readPublish,
} satisfies ReadersOf<ServiceEmitterOptions>;

/** @throws {EmitterError} */
export const readServiceOptions = (options: ServiceEmitterOptions) => readMembers('options', options, optionReaders);

function readNamespace(source: string, value: unknown = 'default'): string {
  if (typeof value === 'string' && NAMESPACE.test(value)) return value;
  throw invalid(source, 'must be 1 to 16 characters of a-z, 0-9, ".", "_" and "-", the first a letter or a digit');
}

function readPublish(source: string, value: unknown): Publish | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw invalid(source, 'must be a function, such as the result of overNats');
  return value as Publish;
}
