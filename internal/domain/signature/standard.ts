import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { keyPattern, readKey, writeKey } from './key-text.js';
import type { Scheme } from './scheme.js';
import type { ToSign } from './sign.js';

const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** Standard Webhooks, `v1`: HMAC-SHA256 over `id.timestamp.body`, with one signature per secret. */
export const standard: Scheme = {
  secretPattern: keyPattern(PREFIX, MIN_BYTES, MAX_BYTES),
  problemOf(secret) {
    const bytes = readKey(PREFIX, secret);
    if (bytes && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES) return undefined;
    return `must be ${PREFIX} and ${MIN_BYTES} to ${MAX_BYTES} bytes in base64`;
  },
  makeSecret: (random) => writeKey(PREFIX, random),
  headerNames: () => ['webhook-signature'],
  makeSign(secrets) {
    const keys = secrets.map((secret) => createSecretKey(readKey(PREFIX, secret) ?? Buffer.alloc(0)));
    return (request) => ['webhook-signature', keys.map((key) => signatureOf(key, request)).join(' ')];
  },
};

function signatureOf(key: KeyObject, request: ToSign): string {
  const hmac = createHmac('sha256', key).update(signedHead(request)).update(request.body);
  return `v1,${hmac.digest('base64')}`;
}

/** Returns the signed text before the body. */
export const signedHead = ({ id, timestamp }: ToSign) => `${id}.${timestamp}.`;
