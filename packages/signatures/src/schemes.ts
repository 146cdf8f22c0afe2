import type { Scheme } from './scheme.js';
import { keyForm, textForm } from './secret-form.js';

/** Standard Webhooks, `v1`: HMAC-SHA256 over `id.timestamp.body`. */
const standard: Scheme = {
  algorithm: 'hmac-sha256',
  secret: keyForm({
    prefix: 'whsec_',
    minBytes: 24,
    maxBytes: 64,
    rule: '24 to 64 bytes in base64',
    fits: (bytes) => bytes >= 24 && bytes <= 64,
  }),
  signsTime: true,
  mark: 'v1,',
  encoding: 'base64',
  headers: () => ({ signature: 'webhook-signature' }),
};

/** Standard Webhooks, `v1a`: ed25519 over `id.timestamp.body`. Receivers need the public key and no secret. */
const standardEd25519: Scheme = {
  ...standard,
  algorithm: 'ed25519',
  // A pattern cannot check that a public key belongs to its seed, so it accepts seeds only.
  secret: keyForm({
    prefix: 'whsk_',
    minBytes: 32,
    maxBytes: 32,
    rule: 'an ed25519 key in base64: its seed of 32 bytes, or seed and public key',
    fits: (bytes) => bytes === 32 || bytes === 64,
  }),
  mark: 'v1a,',
};

/**
 * The scheme of WebhooksEmitter: base32hex, with event and delivery in headers of their own. The delivery is the
 * publisher's own id of the message where the message has one, as in WebhooksEmitter, whose callers choose it.
 */
const webhooksEmitter: Scheme = {
  algorithm: 'hmac-sha256',
  secret: textForm,
  signsTime: false,
  mark: 'sha256:',
  encoding: 'base32hex',
  defaultPrefix: 'Webhooks',
  headers: (prefix) => ({
    signature: `X-${prefix}-Signature`,
    previous: `X-${prefix}-Signature-Previous`,
    more: ({ subject, id, requestId }) => [`X-${prefix}-Event`, subject, `X-${prefix}-Delivery`, requestId ?? id],
  }),
};

/** The scheme of GitHub: `X-Hub-Signature-256: sha256=<hex>`. */
const github: Scheme = {
  algorithm: 'hmac-sha256',
  secret: textForm,
  signsTime: false,
  mark: 'sha256=',
  encoding: 'hex',
  headers: () => ({ signature: 'X-Hub-Signature-256', previous: 'X-Hub-Signature-256-Previous' }),
};

/** All signature schemes by public name. */
export const schemes = {
  standard,
  'standard-ed25519': standardEd25519,
  'webhooks-emitter': webhooksEmitter,
  github,
} as const satisfies Readonly<Record<string, Scheme>>;

export type SchemeName = keyof typeof schemes;

export const schemeNames = Object.keys(schemes) as readonly SchemeName[];
