import type { Principal, Spaces } from './principal.js';

/** The webhooks whose logs, dead letters and deliveries a query may find. */
export interface Visibility {
  /** The creator of the webhooks. */
  readonly createdById: number;
  readonly spaces: Spaces;
}

/** A principal sees what belongs to the webhooks that its user created, within the spaces of the principal. */
export function visibleTo({ userId, spaces }: Principal): Visibility {
  return { createdById: userId, spaces };
}
