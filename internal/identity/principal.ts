import { AppError } from '../errors.js';
import { SCOPES, type Scope } from './scopes.js';

/** The spaces that a principal may reach: every space, or those with these ids. */
export type Spaces = 'all' | readonly number[];

/** The caller of a request, as far as the rest of the service knows it. */
export interface Principal {
  /** Identifies the caller in limits, such as `user:7`. It is never parsed. */
  readonly subject: string;
  /** The user who becomes the creator or the last editor of the rows that the caller stores. */
  readonly userId: number;
  readonly spaces: Spaces;
  readonly scopes: ReadonlySet<Scope>;
  /** Whose webhooks the principal sees the logs and deliveries of, within its spaces. */
  readonly creators: 'own' | 'all';
  /** The subjects that the principal may publish to, with wildcards. Undefined means all. */
  readonly publishTo?: readonly string[] | undefined;
  /** When the principal ends, which no token that it makes may outlive. */
  readonly expiresAt?: Date | undefined;
}

const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES.keys());

/** A user may do everything in every space. */
export function userPrincipal(userId: number): Principal {
  return { subject: `user:${userId}`, userId, spaces: 'all', scopes: ALL_SCOPES, creators: 'own' };
}

/**
 * @param field the field of the request that needs the scope, if not every such request does
 * @throws {AppError} `forbidden`
 */
export function requireScope({ scopes }: Pick<Principal, 'scopes'>, scope: Scope, field?: string): void {
  if (scopes.has(scope)) return;
  const message = `${field ?? 'this request'} needs the scope ${scope}, which the caller does not have`;
  throw new AppError('forbidden', message, field);
}
