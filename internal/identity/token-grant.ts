import type { Principal, Spaces } from './principal.js';
import { findRole } from './roles.js';
import type { Scope } from './scopes.js';
import { SCOPES } from './scopes.js';

/** The permissions of a token, as they are stored. */
export interface TokenGrant {
  /** The name of a role. Null if the token has scopes of its own. */
  readonly role: string | null;
  /** Null if the token has a role. */
  readonly scopes: readonly string[] | null;
  /** Null means all spaces. */
  readonly spaces: readonly number[] | null;
  /** The subjects to publish to. Null means all. */
  readonly events: readonly string[] | null;
  readonly expiresAt: Date | null;
}

/** A stored token, as far as its principal follows from it. */
export interface GrantedToken extends TokenGrant {
  readonly id: number;
  /** The user who made the token. Changes that the token makes are recorded as changes of this user. */
  readonly createdById: number;
}

/** The scopes of a token. A name that this version does not know gives no scope. */
export function scopesOfGrant({ role, scopes }: Pick<TokenGrant, 'role' | 'scopes'>): ReadonlySet<Scope> {
  if (role !== null) return findRole(role)?.scopes ?? new Set();
  return new Set([...SCOPES.keys()].filter((scope) => scopes?.includes(scope)));
}

/** The principal of a request with a token. */
export function tokenPrincipal(token: GrantedToken): Principal {
  return {
    subject: `token:${token.id}`,
    userId: token.createdById,
    spaces: token.spaces ?? 'all',
    scopes: scopesOfGrant(token),
    creators: 'all',
    publishTo: token.events ?? undefined,
    expiresAt: token.expiresAt ?? undefined,
  };
}

/** The part of a grant that a principal may not give. Undefined if the principal may do all of it itself. */
export function excessOf(
  principal: Principal,
  grant: TokenGrant,
  covers: (outer: string, inner: string) => boolean,
): 'scopes' | 'spaces' | 'events' | 'expires_at' | undefined {
  const { scopes, spaces, publishTo, expiresAt } = principal;
  const wanted = scopesOfGrant(grant);
  if (![...wanted].every((scope) => scopes.has(scope))) return 'scopes';
  if (!within(spaces, grant.spaces)) return 'spaces';
  const isOpen = grant.events === null || !grant.events.every((event) => publishTo?.some((own) => covers(own, event)));
  if (publishTo && wanted.has('messages:publish') && isOpen) return 'events';
  if (expiresAt && (grant.expiresAt === null || grant.expiresAt > expiresAt)) return 'expires_at';
  return undefined;
}

/** Whether the spaces of a token, null for all, are among those of a principal. */
export function within(spaces: Spaces, wanted: readonly number[] | null): boolean {
  return spaces === 'all' || (wanted?.every((space) => spaces.includes(space)) ?? false);
}
