import { randomFillSync } from 'node:crypto';
import type { Config } from '../../config/config.js';
import type { Clock } from '../clock.js';
import { makeUuids } from '../domain/uuid.js';
import type { Logger } from '../logger.js';
import type { Opener } from '../outbound/opener.js';
import { makeSender, type Sender } from '../outbound/sender.js';
import { makeSendWithToken } from '../outbound/tokens/send-with-token.js';
import { makeTokens } from '../outbound/tokens/tokens.js';
import type { Vault } from '../store/vault.js';
import type { Cleanup } from './cleanup.js';
import { makePlans } from './plans.js';
import { makeSending, makeUntilReady, type Send, type UntilReady } from './sending.js';
import { makeTestCalls, type TestCalls } from './test-calls.js';

export interface WiringParts {
  readonly config: Config;
  readonly version: string;
  readonly opener: Opener;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Sending {
  readonly sender: Sender;
  readonly send: Send;
  readonly untilReady: UntilReady;
  readonly testCalls: TestCalls;
}

/** Everything between a delivery that is owed and the receiver's answer. */
export function wireSending({ config, version, opener, vault, clock, logger }: WiringParts, cleanup: Cleanup): Sending {
  const { timeoutMs } = config.request;
  const sender = makeSender({ version, clock, opener, timeoutMs });
  cleanup.add('sender', sender.stop);
  const tokens = makeTokens({ version, clock, opener });
  cleanup.add('tokens', async () => tokens.stop());
  const plans = makePlans({ vault, tokens, clock, logger, allowed: config.egress });
  const sendWithToken = makeSendWithToken({ sender, clock, timeoutMs });
  return {
    sender,
    send: makeSending({ sender, sendWithToken, plans }),
    untilReady: makeUntilReady(plans),
    testCalls: makeTestCalls({
      sender,
      sendWithToken,
      plans,
      clock,
      timeoutMs,
      makeId: makeUuids((bytes) => randomFillSync(bytes)),
    }),
  };
}
