import type { Scheme } from './scheme.js';
import { makeBodySign, previousOf, textSecret } from './text-secret.js';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/**
 * The signature scheme of WebhooksEmitter: `X-<prefix>-Signature: sha256:<lower-case base32hex>`, with event and
 * delivery in headers of their own. The delivery is the publisher's own id of the message where the message has one, as
 * in WebhooksEmitter, whose callers choose it.
 */
export const webhooksEmitter: Scheme = {
  ...textSecret,
  usualPrefix: 'Webhooks',
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

/** Encodes bytes in base32hex (RFC 4648), in lower case and without padding. */
export function base32hex(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32HEX.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + BASE32HEX.charAt((held << (5 - bits)) & 31);
}
