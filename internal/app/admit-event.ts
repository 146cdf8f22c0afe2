import type { EventIntake } from '../api/api-deps.js';
import { AppError } from '../errors.js';
import type { Logger } from '../logger.js';
import { makeSeldomWarning } from '../seldom-warning.js';

type Admit = EventIntake['admitEvent'];

const SENTENCE = 'the event cannot be registered now, because NATS is away or does not answer; try again later';

/** A server's answer and address are for operators. A caller of the API only reads that NATS cannot be queried. */
export function withoutServerText(admit: Admit, logger: Logger): Admit {
  const warn = makeSeldomWarning(logger);
  return async (...event) => {
    try {
      await admit(...event);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      warn('event.not_admitted', { error: error.message });
      throw new AppError('unavailable', SENTENCE);
    }
  };
}
