import type { Scheme } from './scheme.js';
import { makeBodySign, previousOf, textSecret } from './text-secret.js';

const HEADER = 'X-Hub-Signature-256';

/** GitHub's signature scheme: `X-Hub-Signature-256: sha256=<hex>`. */
export const github: Scheme = {
  ...textSecret,
  headerNames: () => [HEADER.toLowerCase(), previousOf(HEADER).toLowerCase()],
  makeSign: (secrets) =>
    makeBodySign(secrets, { header: HEADER, write: (digest) => `sha256=${digest.toString('hex')}` }),
};
