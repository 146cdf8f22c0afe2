import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { OncePerChange } from '../once-per-change.js';
import { type Repeating, repeat } from '../repeat.js';

export interface KeySetDeps {
  /** Fetches the keys of the issuer. Rejects with a description of the problem. */
  fetchKeys(): Promise<JSONWebKeySet>;
  monotonicMs(): number;
  readonly logger: Logger;
}

/** The keys of the issuer, in memory. */
export interface KeySet {
  /** The keys, or undefined while they were never fetched. They are another object when they have changed. */
  current(): JWTVerifyGetKey | undefined;
  /**
   * Fetches the keys again, unless that was tried less than ten seconds ago, because callers can name keys that do not
   * exist as often as they like. Resolves with the keys then.
   */
  renewed(): Promise<JWTVerifyGetKey | undefined>;
  /** Describes why the last attempt to fetch the keys failed. */
  problem(): string | undefined;
  start(): void;
  stop(): Promise<void>;
}

const RENEW_MS = 10_000;
const REFRESH_MS = 300_000;
const RETRY_MS = 30_000;

/**
 * Fetches the keys at the start, every five minutes, and for a key that is not known. Keys that were fetched stay valid
 * while the issuer is away, so that its outage does not become an outage of the API.
 */
export function makeKeySet({ fetchKeys, monotonicMs, logger }: KeySetDeps): KeySet {
  let keys: JWTVerifyGetKey | undefined;
  let text = '';
  let problem: string | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let loop: Repeating | undefined;
  const failure = new OncePerChange();

  const load = async () => {
    try {
      const fetched = await fetchKeys();
      const written = JSON.stringify(fetched);
      if (written !== text) {
        keys = createLocalJWKSet(fetched);
        text = written;
        logger.info('jwks.changed', { keys: fetched.keys.length });
      }
      problem = undefined;
      if (failure.end('')) logger.info('jwks.restored');
    } catch (error) {
      problem = messageOf(error);
      if (failure.isNew('', problem))
        logger.warn('jwks.fetch_failed', { error: problem, keys_kept: keys !== undefined });
    }
  };
  const refresh = () => {
    attemptedAt = monotonicMs();
    running ??= load().finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    current: () => keys,
    async renewed() {
      if (running || monotonicMs() - attemptedAt >= RENEW_MS) await refresh();
      return keys;
    },
    problem: () => problem,
    start() {
      const everyMs = () => (problem === undefined ? REFRESH_MS : RETRY_MS);
      loop = repeat(refresh, { everyMs, onError: () => undefined });
    },
    stop: async () => loop?.stop(),
  };
}
