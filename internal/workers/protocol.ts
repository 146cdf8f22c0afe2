import type { Config } from '../../config/config.js';

/** The numbers of a registry as prom-client writes them down and adds them up. */
export type Report = readonly object[];

/** What the parent says to a worker. */
export type ToWorker =
  | { readonly kind: 'run'; readonly config: Config }
  | { readonly kind: 'report'; readonly ask: number }
  | { readonly kind: 'stop' };

/** What a worker says to its parent. */
export type FromWorker =
  /** It listens now: what was said before is lost. */
  | { readonly kind: 'here' }
  | { readonly kind: 'alive' }
  /** It is about to register under this id, in place of an earlier one. */
  | { readonly kind: 'instance'; readonly id: string }
  | { readonly kind: 'started'; readonly port: number }
  | { readonly kind: 'report'; readonly ask: number; readonly report: Report }
  /** Why it ends now, in the words that are shown. */
  | { readonly kind: 'failed'; readonly sentence: string };
