import type { Principal, Spaces } from './principal.js';

/** The webhooks whose logs, dead letters and deliveries a query may find. */
export interface Visibility {
  /** The creator of the webhooks, or `all` for the webhooks of every creator. */
  readonly createdById: number | 'all';
  readonly spaces: Spaces;
}

/**
 * The rows that a principal sees within its spaces: a token those of every webhook, a user those of the webhooks that
 * the user created.
 */
export function visibleTo({ userId, spaces, creators }: Principal): Visibility {
  return { createdById: creators === 'all' ? 'all' : userId, spaces };
}
