import { randomFillSync } from 'node:crypto';
import type { TokenSource } from '../../internal/destinations/credentials/tokens/tokens.js';
import { requestHeaders } from '../../internal/destinations/http/request-headers.js';
import { makeSendPlan } from '../../internal/destinations/http/send-plan.js';
import { makeDeliveryIds } from '../../internal/domain/delivery/delivery-id.js';
import { makeFormatOf } from '../../internal/domain/format/format-of.js';
import { parseRouting } from '../../internal/domain/matching/routing.js';
import type { WebhookSettings } from '../../internal/domain/matching/webhook-settings.js';
import { envelope } from '../../internal/domain/message/envelope.js';
import { type Message, weightOf } from '../../internal/domain/message/message.js';
import { makeUuids } from '../../internal/domain/message/uuid.js';
import { type Parsed, parsed, refused } from '../../internal/domain/text/parsed.js';
import type { Forwardable } from './forward-queue.js';

export interface RenderOptions {
  /** The URL that requests are sent to, which may decide their format. */
  readonly url: string;
  readonly settings: WebhookSettings;
  /** The signing secret. Undefined means that requests are not signed. */
  readonly secret: string | undefined;
  /** The version of hukz, for `user-agent`. */
  readonly version: string;
}

export type ReceivedMessage = Pick<Message, 'subject' | 'headers' | 'payload'>;

/** Turns messages into the requests that the service would send to a webhook with these settings. */
export function makeRenderMessage({ url, settings, secret, version }: RenderOptions) {
  const secrets = secret === undefined ? [] : [{ purpose: 'signing', value: secret, expiresAt: undefined } as const];
  const plan = makeSendPlan({ id: NO_WEBHOOK, spaceId: 0, url, settings }, secrets, {
    tokens: NO_TOKENS,
    formatOf: makeFormatOf([]),
  });
  const uuidAt = makeUuids((bytes) => randomFillSync(bytes));
  const deliveryIdOf = makeDeliveryIds();
  const userAgent = `hukz/${version}`;

  /** Refuses a message whose headers are malformed: the service gives it to no webhook. */
  return ({ subject, headers, payload }: ReceivedMessage): Parsed<Forwardable> => {
    const receivedAt = Date.now();
    const routing = parseRouting(headers, receivedAt);
    if (!routing.ok) return refused(routing.problem);
    const message: Message = {
      id: uuidAt(receivedAt),
      receivedAt,
      subject,
      headers,
      ...envelope(subject, receivedAt, payload),
    };
    const deliveryId = deliveryIdOf(message.id, NO_WEBHOOK);
    return parsed({
      subject,
      bytes: weightOf(message) + message.body.length,
      render(attempt) {
        const rendering = plan.format.render(message);
        const sent = { plan, message, deliveryId, attempt };
        const ofRequest = requestHeaders(sent, rendering, { userAgent, nowMs: Date.now() });
        return { method: plan.method, headers: ofRequest, body: rendering.body };
      },
    });
  };
}

/** No webhook of the service has this id. */
const NO_WEBHOOK = 0;

const NO_TOKENS = {
  sourceFor(): TokenSource {
    throw new Error('requests to this machine need no access token');
  },
};
