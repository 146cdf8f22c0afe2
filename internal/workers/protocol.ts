import type { Config } from '../../config/config.js';

/** The metrics of a registry, in the form that prom-client writes and aggregates. */
export type Report = readonly object[];

/** Messages from the parent to a worker. */
export type ToWorker =
  | { readonly kind: 'run'; readonly config: Config }
  | { readonly kind: 'report'; readonly ask: number }
  | { readonly kind: 'stop' };

/** Messages from a worker to its parent. */
export type FromWorker =
  /** The worker listens now. Earlier messages to it are lost. */
  | { readonly kind: 'here' }
  | { readonly kind: 'alive' }
  /** The worker is about to register under this id, in place of an earlier one. */
  | { readonly kind: 'instance'; readonly id: string }
  | { readonly kind: 'started'; readonly port: number }
  | { readonly kind: 'report'; readonly ask: number; readonly report: Report }
  /** The worker ends now. The sentence is the reason that is shown. */
  | { readonly kind: 'failed'; readonly sentence: string };
