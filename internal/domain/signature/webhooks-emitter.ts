import { base32hex } from '../../../packages/signatures/src/base32hex.js';
import type { Scheme } from './scheme.js';
import { makeBodySign, previousOf, textSecret } from './text-secret.js';

/**
 * The signature scheme of WebhooksEmitter: `X-<prefix>-Signature: sha256:<lower-case base32hex>`, with event and
 * delivery in headers of their own. The delivery is the publisher's own id of the message where the message has one, as
 * in WebhooksEmitter, whose callers choose it.
 */
export const webhooksEmitter: Scheme = {
  ...textSecret,
  defaultPrefix: 'Webhooks',
  headerNames: (prefix) =>
    [`X-${prefix}-Event`, `X-${prefix}-Delivery`, signatureHeader(prefix), previousOf(signatureHeader(prefix))].map(
      (name) => name.toLowerCase(),
    ),
  makeSign: (secrets, prefix) =>
    makeBodySign(secrets, {
      header: signatureHeader(prefix),
      write: (digest) => `sha256:${base32hex(digest)}`,
      more: ({ subject, id, requestId }) => [`X-${prefix}-Event`, subject, `X-${prefix}-Delivery`, requestId ?? id],
    }),
};

const signatureHeader = (prefix: string) => `X-${prefix}-Signature`;
