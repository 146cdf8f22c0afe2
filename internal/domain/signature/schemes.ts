import { writePublicKey } from '../../../packages/signatures/src/public-key.js';
import type { Scheme as Description } from '../../../packages/signatures/src/scheme.js';
import { schemes as described } from '../../../packages/signatures/src/schemes.js';
import { headerNames, signedHeaders } from '../../../packages/signatures/src/signature-headers.js';
import { isEd25519Key, makeNodeSigner, publicBytesOf } from './node-signer.js';
import type { Scheme } from './scheme.js';

/** All signature schemes by public name. Each one is what hukz-signatures describes, computed by node:crypto. */
export const schemes = {
  standard: makeScheme(described.standard),
  'standard-ed25519': makeScheme(described['standard-ed25519']),
  'webhooks-emitter': makeScheme(described['webhooks-emitter']),
  github: makeScheme(described.github),
} as const satisfies Readonly<Record<keyof typeof described, Scheme>>;

export type SchemeName = keyof typeof schemes;

export const schemeNames = Object.keys(schemes) as readonly SchemeName[];

export const schemeOf = (name: SchemeName): Scheme => schemes[name];

function makeScheme(scheme: Description): Scheme {
  const { secret: form, defaultPrefix } = scheme;
  const isPair = scheme.algorithm === 'ed25519';
  const keyOf = (secret: string) => form.keyOf(secret) ?? Buffer.alloc(0);
  return {
    secretPattern: form.pattern,
    problemOf(secret) {
      const bytes = form.keyOf(secret);
      return bytes && (!isPair || isEd25519Key(bytes)) ? undefined : form.rule;
    },
    makeSecret: form.make,
    ...(isPair && { publicKeyOf: (secret) => writePublicKey(publicBytesOf(keyOf(secret))) }),
    ...(defaultPrefix !== undefined && { defaultPrefix }),
    headerNames: (prefix) => headerNames(scheme, prefix),
    makeSign(secrets, prefix) {
      const headers = scheme.headers(prefix);
      const signers = secrets.map((secret) => makeNodeSigner(scheme, keyOf(secret)));
      return (request) => {
        const signatures = signers.map((signOne) => signOne(request));
        return signedHeaders(headers, request, signatures);
      };
    },
  };
}
