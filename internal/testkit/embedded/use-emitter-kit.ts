import { createHmac } from 'node:crypto';
import { afterEach, beforeEach } from '@jest/globals';
import type { EmitterConfig } from '../../../packages/client/src/emitter/contract.js';
import { startEmitter } from '../../embedded/embedded.js';
import type { Attempt, EmbeddedEmitter, EmbeddedOptions, GivenUp } from '../../embedded/embedded-contract.js';
import { type LogLine, makeTestLogger } from '../kits/test-logger.js';
import { type ReceivedRequest, type Receiver, startReceiver } from '../servers/receiver.js';

export const LOCAL = ['127.0.0.0/8', '::1'];
export const SECRET = 'supersecret';

export interface EmitterKit {
  readonly receiver: Receiver;
  readonly emitter: EmbeddedEmitter;
  readonly attempts: readonly Attempt[];
  readonly givenUp: readonly GivenUp[];
  readonly lines: readonly LogLine[];
  /** The configuration of an emitter to the receiver, with waits of a few milliseconds. */
  config(more?: Partial<EmitterConfig>): EmitterConfig;
  /** Starts the emitters again, with other options. */
  start(options: EmbeddedOptions): EmbeddedEmitter;
}

/** A receiver, and emitters that may send to it, for each test. */
export function useEmitterKit(): EmitterKit {
  let receiver: Receiver;
  let emitter: EmbeddedEmitter;
  let started: EmbeddedEmitter[] = [];
  const attempts: Attempt[] = [];
  const givenUp: GivenUp[] = [];
  let logger = makeTestLogger();

  const start = (options: EmbeddedOptions = {}) => {
    emitter = startEmitter({
      allowNetworks: LOCAL,
      onAttempt: (attempt) => attempts.push(attempt),
      onGivenUp: (letter) => givenUp.push(letter),
      logger,
      ...options,
    });
    started.push(emitter);
    return emitter;
  };

  beforeEach(async () => {
    logger = makeTestLogger();
    for (const list of [attempts, givenUp]) list.splice(0);
    receiver = await startReceiver();
    start();
  });
  afterEach(async () => {
    await Promise.all(started.map((each) => each.stop(0)));
    started = [];
    await receiver.stop();
  });

  return {
    get receiver() {
      return receiver;
    },
    get emitter() {
      return emitter;
    },
    get lines() {
      return logger.lines;
    },
    attempts,
    givenUp,
    start,
    config: (more) => ({ url: receiver.url, secret: SECRET, backoff: { start: 2, limit: 20 }, ...more }),
  };
}

/** Whether a request has the signature of WebhooksEmitter, written independently of the scheme of hukz. */
export function isSigned({ headers, body }: Pick<ReceivedRequest, 'headers' | 'body'>, secret = SECRET): boolean {
  const digest = BigInt(`0x${createHmac('sha256', secret).update(body).digest('hex')}`);
  // 256 bits are 52 digits of five bits, of which the last one is filled up. JavaScript has the digits of base32hex.
  const expected = `sha256:${(digest << 4n).toString(32).padStart(52, '0')}`;
  return headers['x-webhooks-signature'] === expected;
}

/** The request ids of the events in the order in which they arrived. */
export const idsOf = (requests: readonly ReceivedRequest[]) =>
  requests.map(({ headers }) => String(headers['x-webhooks-delivery']));
