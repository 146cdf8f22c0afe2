import type { Undelivered } from '../../packages/client/src/emitter/contract.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import { requestIdOf } from '../domain/message/headers/request-id.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { makeSeldomWarning } from '../seldom-warning.js';
import type { Attempt, EmbeddedOptions, GivenUp, GivenUpBecause } from './embedded-contract.js';
import type { Owed } from './lines.js';

/** The functions of the application that observe its events. */
export type Observers = Required<Pick<EmbeddedOptions, 'onAttempt' | 'onGivenUp'>>;

/** Makes observers that never throw: an error of the application must not end the delivery of its events. */
export function makeSafeObservers({ onAttempt, onGivenUp }: Observers, logger: Logger): Observers {
  const warn = makeSeldomWarning(logger);
  const safe =
    <T>(name: string, observe: (fact: T) => void) =>
    (fact: T) => {
      try {
        observe(fact);
      } catch (error) {
        warn('emitter.observer_failed', { observer: name, error: messageOf(error) });
      }
    };
  return { onAttempt: safe('onAttempt', onAttempt), onGivenUp: safe('onGivenUp', onGivenUp) };
}

export function toAttempt(attempt: SettledAttempt): Attempt {
  const { delivery, webhook, outcome, status, error, durationMs, retryInMs } = attempt;
  return {
    emitter: webhook.key ?? '',
    event: delivery.message.subject,
    requestId: requestIdOf(delivery.message.headers) ?? '',
    attempt: delivery.attempts + 1,
    outcome,
    durationMs,
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
    ...(retryInMs !== undefined && { retryInMs }),
  };
}

export function toUndelivered({ message, attempts, emitter }: Owed): Undelivered {
  const { subject: event, headers, payload } = message;
  return { emitter, event, requestId: requestIdOf(headers) ?? '', payload, attempts };
}

export function toGivenUp(owed: Owed, because: GivenUpBecause, attempt?: SettledAttempt): GivenUp {
  const { status, error } = attempt ?? {};
  return {
    ...toUndelivered(owed),
    because,
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
  };
}
