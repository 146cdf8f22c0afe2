import { randomFillSync } from 'node:crypto';
import type { NatsConnection } from 'nats';
import type { Cleanup } from '../cleanup.js';
import type { Opener } from '../destinations/connection/opener.js';
import { makeSendWithToken } from '../destinations/credentials/tokens/send-with-token.js';
import { makeTokens } from '../destinations/credentials/tokens/tokens.js';
import { makeSender, type Sender } from '../destinations/http/sender.js';
import { makeListenerSender } from '../destinations/nats/listener-sender.js';
import { withListeners } from '../destinations/nats/with-listeners.js';
import { type EgressRules, makeEgressRules } from '../domain/egress/egress-rules.js';
import { type FormatOf, makeFormatOf } from '../domain/format/format-of.js';
import { makeUuids } from '../domain/message/uuid.js';
import { makePlans, type Plans } from '../sending/plans.js';
import { makeSending, makeUntilReady, type Send, type UntilReady } from '../sending/sending.js';
import { makeTestCalls, type TestCalls } from '../sending/test-calls.js';
import type { Vault } from '../store/secrets/vault.js';
import type { Base } from './base.js';
import { openOutwards } from './open/open-outwards.js';

/** The parts that send to receivers. */
export interface Outbound {
  readonly rules: EgressRules;
  readonly opener: Opener;
  readonly sender: Sender;
  readonly send: Send;
  readonly untilReady: UntilReady;
  readonly testCalls: TestCalls;
  readonly plans: Plans;
  readonly formatOf: FormatOf;
  /** Sets the connection by which requests of listening webhooks are sent. */
  listenBy(connection: () => NatsConnection | undefined): void;
}

/** Constructs everything between an owed delivery and the receiver's answer. */
export function wireSending({ config, version, clock, logger }: Base, vault: Vault, cleanup: Cleanup): Outbound {
  const rules = makeEgressRules(config.egress);
  const opener = openOutwards(config, rules, logger);
  const { timeoutMs, keepHeaders } = config.request;
  const http = makeSender({ version, clock, opener, timeoutMs, keepHeaders });
  let connection: () => NatsConnection | undefined = () => undefined;
  const toListener = makeListenerSender({ version, clock, timeoutMs, keepHeaders, connection: () => connection() });
  // Without listeners, deliveries do not pass through another function.
  const sender = config.egress.webhookListeners ? withListeners(http, toListener) : http;
  cleanup.add('sender', sender.stop);
  const tokens = makeTokens({ version, clock, opener });
  cleanup.add('tokens', async () => tokens.stop());
  const formatOf = makeFormatOf(config.chatSwitches);
  const plans = makePlans({ vault, tokens, clock, logger, formatOf, allowed: config.egress });
  const sendWithToken = makeSendWithToken({ sender, clock, timeoutMs });
  return {
    rules,
    opener,
    sender,
    plans,
    formatOf,
    send: makeSending({ sender, sendWithToken, plans }),
    listenBy(replacement) {
      connection = replacement;
    },
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
