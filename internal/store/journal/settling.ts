import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import { messageOf } from '../../errors.js';
import { judgePgError } from '../postgres/pg-error.js';
import type { CommittingDeps } from './accept/accepting.js';
import { ATTEMPT_BYTES, SETTLE_BATCHES } from './batch-sizes.js';
import { makeBatcher } from './batcher.js';
import { makeIsolate } from './isolate.js';
import { StillFails } from './persevere.js';
import { SETTLE_UNLOGGED, settleBatch } from './settle.js';

const sizeOf = ({ responseBody, responseHeaders, requestHeaders }: SettledAttempt) =>
  ATTEMPT_BYTES + (responseBody?.length ?? 0) + (responseHeaders?.length ?? 0) + (requestHeaders?.length ?? 0);

/**
 * Commits attempts in batches. An attempt whose log row cannot be stored is settled without the response, or without
 * the row.
 */
export function makeSettling(deps: CommittingDeps) {
  const { pool, logger, persevere, persevereBeside, signal } = deps;

  const refuse = async (attempt: SettledAttempt, cause: unknown): Promise<void> => {
    const fields = { delivery_id: attempt.delivery.id, error: messageOf(cause) };
    const bare = {
      ...attempt,
      responseBody: undefined,
      responseHeaders: undefined,
      requestHeaders: undefined,
      error: 'the answer could not be stored',
    };
    const beside = { pool, persevere: persevereBeside };
    try {
      await settleBatch({ ...beside, tries: { maxTries: 1 } }, [bare]);
      logger.error('attempt.stripped', fields);
    } catch (because) {
      if (!(because instanceof StillFails) && judgePgError(because) !== 'data') throw because;
      await settleBatch({ ...beside, statement: SETTLE_UNLOGGED }, [bare]);
      logger.error('attempt.not_logged', { ...fields, because: messageOf(because) });
    }
  };

  const { run, suspects, trouble } = makeIsolate<SettledAttempt, void>({
    run: async (part, { isBeside, maxTries, maxTooLong }) => {
      const by = isBeside ? persevereBeside : persevere;
      const tries = { maxTries, maxTooLong };
      await deps.timed('settle', part.length, () => settleBatch({ pool, persevere: by, tries }, part));
      return part.map(() => undefined);
    },
    refuse,
    sizeOf,
    signal,
  });
  const { add } = makeBatcher<SettledAttempt, void>({ flush: run, sizeOf, ...SETTLE_BATCHES });
  return { add, suspects, trouble };
}
