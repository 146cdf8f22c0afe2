import { randomFillSync } from 'node:crypto';
import { type EgressRules, makeEgressRules } from '../domain/egress-rules.js';
import { makeUuids } from '../domain/uuid.js';
import { makeSender, type Sender } from '../outbound/sender.js';
import { makeSendWithToken } from '../outbound/tokens/send-with-token.js';
import { makeTokens } from '../outbound/tokens/tokens.js';
import type { Vault } from '../store/vault.js';
import type { Base } from './base.js';
import type { Cleanup } from './cleanup.js';
import { openOutwards } from './open-outwards.js';
import { makePlans } from './plans.js';
import { makeSending, makeUntilReady, type Send, type UntilReady } from './sending.js';
import { makeTestCalls, type TestCalls } from './test-calls.js';

/** The way to the receivers. */
export interface Outbound {
  readonly rules: EgressRules;
  readonly sender: Sender;
  readonly send: Send;
  readonly untilReady: UntilReady;
  readonly testCalls: TestCalls;
}

/** Everything between a delivery that is owed and the receiver's answer. */
export function wireSending({ config, version, clock, logger }: Base, vault: Vault, cleanup: Cleanup): Outbound {
  const rules = makeEgressRules(config.egress);
  const opener = openOutwards(config, rules, logger);
  const { timeoutMs } = config.request;
  const sender = makeSender({ version, clock, opener, timeoutMs });
  cleanup.add('sender', sender.stop);
  const tokens = makeTokens({ version, clock, opener });
  cleanup.add('tokens', async () => tokens.stop());
  const plans = makePlans({ vault, tokens, clock, logger, allowed: config.egress });
  const sendWithToken = makeSendWithToken({ sender, clock, timeoutMs });
  return {
    rules,
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
