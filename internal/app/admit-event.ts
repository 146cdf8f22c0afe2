import type { ApiDeps } from '../api/api-deps.js';
import { AppError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Seldom } from '../seldom.js';

type Admit = ApiDeps['admitEvent'];

const SENTENCE = 'the event cannot be taken now, because NATS is away or does not answer; try again later';

const LINE_EVERY_MS = 10_000;

/** The answer of a server, and its address, are for operators: a caller of the API reads only that NATS cannot be asked. */
export function withoutServerWords(admit: Admit, logger: Logger): Admit {
  const seldom = new Seldom(LINE_EVERY_MS, () => performance.now());
  return async (...event) => {
    try {
      await admit(...event);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      const leftOut = seldom.next(error.message);
      if (leftOut !== undefined)
        logger.warn('event.not_admitted', { error: error.message, ...(leftOut > 0 && { left_out: leftOut }) });
      throw new AppError('unavailable', SENTENCE);
    }
  };
}
