import { timingSafeEqual } from 'node:crypto';
import { coalesce } from '../coalesce.js';
import { messageOf } from '../errors.js';
import type { FindToken } from '../identity/authenticate.js';
import type { Principal } from '../identity/principal.js';
import { tokenPrincipal } from '../identity/token-grant.js';
import type { ShownToken } from '../identity/token-text.js';
import type { Logger } from '../logger.js';
import { OncePerChange } from '../once-per-change.js';
import { type Repeating, repeat } from '../repeat.js';
import type { LivingToken, TokenChanges, TokensVersion } from '../store/tokens/token-changes.js';

export interface TokenDirectoryDeps {
  loadChanges(known: TokensVersion | undefined): Promise<TokenChanges>;
  /** Records that tokens were used. */
  recordUse(ids: readonly number[]): Promise<void>;
  /** Calls back when tokens have changed. */
  listen(notified: () => void): { stop(): Promise<void> };
  /** The time of the database. */
  now(): number;
  /** A monotonic time in milliseconds. */
  monotonicMs(): number;
  readonly logger: Logger;
}

export interface TokenDirectory {
  /** Recognises a token, by tokens that were read from the store less than a second ago. */
  readonly find: FindToken;
  /** Resolves when this instance knows the tokens that the store had at the call, or later ones. */
  refresh(): Promise<void>;
  /** Follows the store from now on. */
  start(): void;
  stop(): Promise<void>;
}

/** Tokens that were read longer ago are read again before a request is admitted by them. */
const MAX_AGE_MS = 1000;
const POLL_MS = 500;
const RECORD_MS = 60_000;

interface KnownToken {
  readonly token: LivingToken;
  readonly principal: Principal;
}

/**
 * All tokens, in memory. A notification or the next poll brings each change. Nothing is admitted by what was read more
 * than a second ago: without a connection to the database, no token is recognised, because none may have been revoked
 * without this instance knowing.
 */
export function makeTokenDirectory(deps: TokenDirectoryDeps): TokenDirectory {
  const { logger } = deps;
  let known = new Map<number, KnownToken>();
  let latest: TokensVersion | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const used = new Set<number>();
  const failure = new OncePerChange();
  const loops: Repeating[] = [];
  let listener: { stop(): Promise<void> } | undefined;

  const refresh = coalesce(async () => {
    const beganAt = deps.monotonicMs();
    const changes = await deps.loadChanges(latest);
    if (changes.isWhole) known = new Map();
    for (const id of changes.revoked) known.delete(id);
    for (const token of changes.living) known.set(token.id, { token, principal: tokenPrincipal(token) });
    latest = changes.latest;
    readAt = beganAt;
  });

  const recognise = ({ id, digest }: ShownToken): Principal | undefined => {
    const found = known.get(id);
    if (!found) return undefined;
    const { token, principal } = found;
    const now = deps.now();
    if (token.expiresAt && token.expiresAt.getTime() <= now) return undefined;
    const isCurrent = timingSafeEqual(token.digest, digest);
    const isPrevious = token.previous !== undefined && timingSafeEqual(token.previous.digest, digest);
    if (!isCurrent && !(isPrevious && token.previous.until.getTime() > now)) return undefined;
    used.add(id);
    return principal;
  };

  const record = async () => {
    if (used.size === 0) return;
    const ids = [...used];
    used.clear();
    await deps.recordUse(ids);
  };

  return {
    find: (shown) => {
      const found = deps.monotonicMs() - readAt < MAX_AGE_MS ? recognise(shown) : undefined;
      // Another instance may have made the token a moment ago.
      return found ?? refresh().then(() => recognise(shown));
    },
    refresh,
    start() {
      const refreshed = async () => {
        await refresh();
        if (failure.end('')) logger.info('tokens.refreshed');
      };
      const polling = repeat(refreshed, {
        everyMs: POLL_MS,
        onError: (error) => {
          const words = messageOf(error);
          if (failure.isNew('', words)) logger.warn('tokens.refresh_failed', { error: words });
        },
      });
      const recording = repeat(record, {
        everyMs: RECORD_MS,
        onError: (error) => logger.debug('tokens.use_not_recorded', { error: messageOf(error) }),
      });
      loops.push(polling, recording);
      listener = deps.listen(polling.wake);
    },
    async stop() {
      await listener?.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      await record().catch(() => undefined);
    },
  };
}
