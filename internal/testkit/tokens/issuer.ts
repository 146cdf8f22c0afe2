import type { webcrypto } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'hukz-test';

/** Claims with any values, as a test needs them. */
export type Claims = Readonly<Record<string, unknown>>;

/** A key of the issuer: its public half is published, and its private half signs. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: JWK;
  readonly privateKey: webcrypto.CryptoKey;
}

export interface Issuer {
  readonly url: string;
  readonly keys: IssuerKey[];
  /** Number of requests for the keys. */
  readonly asked: () => number;
  /** Answers the next requests in place of the keys. Undefined: the keys again. */
  answer: ((res: ServerResponse) => void) | undefined;
  /** Makes another key, and publishes it. */
  addKey(alg?: string): Promise<IssuerKey>;
  /** Signs claims beside those that every JWT has, with the first key. Undefined leaves out a claim. */
  sign(claims?: Claims, by?: IssuerKey): Promise<string>;
  stop(): Promise<void>;
}

/** The claims that every JWT of the issuer has, unless a test says otherwise. */
export const usualClaims = (): JWTPayload => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  exp: Math.floor(Date.now() / 1000) + 300,
  hukz_role: 'operator',
});

/** An identity provider, as far as hukz sees it: an HTTP server with public keys, and JWTs that they verify. */
export async function startIssuer(): Promise<Issuer> {
  const keys: IssuerKey[] = [];
  let asked = 0;
  const server = createServer((_req, res) => {
    asked++;
    if (issuer.answer) return issuer.answer(res);
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    keys,
    asked: () => asked,
    answer: undefined,
    async addKey(alg = 'ES256') {
      const key = await makeIssuerKey(`key-${keys.length + 1}`, alg);
      keys.push(key);
      return key;
    },
    async sign(claims = {}, by = keys[0]) {
      if (!by) throw new Error('the issuer has no key');
      const { kid, alg, privateKey } = by;
      return new SignJWT({ ...usualClaims(), ...claims } as JWTPayload)
        .setProtectedHeader({ alg, kid })
        .sign(privateKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await issuer.addKey();
  return issuer;
}

export async function makeIssuerKey(kid: string, alg: string): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }, privateKey };
}
