import { SignatureError } from 'hukz-signatures';
import { type Answer, answer, answerLater } from './answer.js';
import type { Claim, Dedupe } from './dedupe.js';
import type { Delivery } from './delivery.js';
import type { Incoming } from './incoming.js';
import { memoryDedupe } from './memory-dedupe.js';
import { Gone, Later } from './refusals.js';
import { makeMatch } from './subject-match.js';
import { prepareReceive, type ReceiveOptions } from './verify.js';

/** Does the work of a delivery. If it throws, hukz sends the delivery again. */
export type Handler = (delivery: Delivery) => unknown;

export type ReceiverOptions = ReceiveOptions & {
  /** Recognises requests that arrive more than once. The default is `memoryDedupe()`. */
  readonly dedupe?: Dedupe | undefined;
  /** Called with each error that leads to a 500, for the log of the program. The default writes it to the console. */
  readonly onError?: ((error: unknown, delivery: Delivery | undefined) => void) | undefined;
};

export interface Receiver {
  /**
   * Adds a handler for the events whose subject matches a pattern: `order.created`, `order.*` or `order.>`. A delivery
   * goes to the first handler that was added and matches.
   */
  on(pattern: string, handler: Handler): Receiver;
  /** Verifies a request, has it handled, and returns the answer. It never rejects. */
  receive(incoming: Incoming): Promise<Answer>;
}

/** hukz asks again after this time when another process handles the same id. */
const RUNNING_RETRY_SECONDS = 15;

/**
 * Makes a receiver of webhooks.
 * @throws {TypeError} if an option is wrong
 */
export function receiver(options: ReceiverOptions): Receiver {
  const { dedupe = memoryDedupe() } = options;
  const report = makeReport(options.onError);
  const open = prepareReceive(options);
  const handlers: { readonly matches: (subject: string) => boolean; readonly handler: Handler }[] = [];
  const self: Receiver = {
    on(pattern, handler) {
      handlers.push({ matches: makeMatch(pattern), handler });
      return self;
    },
    async receive(incoming) {
      let delivery: Delivery | undefined;
      try {
        const opened = await open(incoming);
        if (opened === 'too_large') return answer(413, 'the body is larger than maxBytes', { connection: 'close' });
        delivery = opened;
        return await deliver(delivery);
      } catch (error) {
        return failure(error, delivery);
      }
    },
  };
  return self;

  async function deliver(delivery: Delivery): Promise<Answer> {
    const found = handlers.find(({ matches }) => matches(delivery.event));
    if (!found || delivery.isTest) return answer(204);
    const claim = delivery.id === '' ? undefined : await dedupe.claim(delivery.id);
    if (claim === 'handled') return answer(200, 'this id was handled before');
    if (claim === 'running') return answerLater(RUNNING_RETRY_SECONDS, 'this id is being handled');
    try {
      await found.handler(delivery);
    } catch (error) {
      await abandon(claim, delivery);
      throw error;
    }
    await claim?.finish();
    return answer(204);
  }

  /** A claim that cannot be abandoned must not hide the error of the handler. */
  async function abandon(claim: Claim | undefined, delivery: Delivery): Promise<void> {
    try {
      await claim?.abandon();
    } catch (error) {
      report(error, delivery);
    }
  }

  function failure(error: unknown, delivery: Delivery | undefined): Answer {
    if (error instanceof SignatureError && !delivery) return answer(401, `${error.reason}: ${error.message}`);
    if (error instanceof Later) return answerLater(error.seconds, error.message);
    if (error instanceof Gone) return answer(410, error.message);
    report(error, delivery);
    return answer(500, 'the request could not be handled');
  }
}

type OnError = NonNullable<ReceiverOptions['onError']>;

/** An error of `onError` must not end the process, as a rejection that nothing awaits does. */
function makeReport(onError: OnError = (error) => console.error(error)): OnError {
  return (error, delivery) => {
    try {
      onError(error, delivery);
    } catch (failed) {
      console.error('hukz-receiver: onError failed', failed, error);
    }
  };
}
