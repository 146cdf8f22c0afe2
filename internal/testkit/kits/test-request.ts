import type { Tokens } from '../../destinations/credentials/tokens/tokens.js';
import type { OutboundRequest } from '../../destinations/http/outbound-request.js';
import { makeSendPlan, type SendPlan } from '../../destinations/http/send-plan.js';
import { makeFormatOf } from '../../domain/format/format-of.js';
import type { Header } from '../../domain/message/message.js';
import { makeTestWebhook } from './test-webhook.js';

const NO_TOKENS: Tokens = {
  sourceFor: () => {
    throw new Error('this request needs no token');
  },
  size: 0,
  stop: () => undefined,
};

interface Overrides {
  readonly subject?: string;
  readonly body?: string;
  readonly headers?: readonly Header[];
  readonly attempt?: number;
  readonly replay?: boolean;
  readonly plan?: Partial<SendPlan>;
}

/** A request to a webhook without settings, unless another plan is given. */
export function makeTestRequest(url: string, overrides: Overrides = {}): OutboundRequest {
  const { subject = 'a.b', body = '{}', headers = [], attempt = 1, replay = false } = overrides;
  const bytes = Buffer.from(body);
  return {
    plan: {
      ...makeSendPlan(makeTestWebhook(1, { url }), [], { tokens: NO_TOKENS, formatOf: makeFormatOf([]) }),
      ...overrides.plan,
    },
    message: {
      id: '019c1409-f800-7a3b-8c1d-2e4f60718293',
      receivedAt: 0,
      subject,
      headers,
      payload: bytes,
      body: bytes,
    },
    deliveryId: '0190c8d8-7a2e-7d58-9a32-1f1b2f0c6a11',
    attempt,
    replay,
  };
}
