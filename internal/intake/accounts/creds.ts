import { type Authenticator, nkeys } from 'nats';
import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { makeSign } from './sign.js';

/** The credentials of one NATS user. */
export interface Creds {
  /** The public key of the account that the user belongs to. */
  readonly account: string;
  readonly authenticator: Authenticator;
}

const JWT = /-{3,}\s*BEGIN NATS USER JWT\s*-{3,}\s+([\w.-]+)\s/;
const SEED = /-{3,}\s*BEGIN USER NKEY SEED\s*-{3,}\s+(SU[A-Z2-7]+)\s/;
/** The issuer is the account itself, unless a signing key of the account has issued the JWT. */
const claims = z.object({
  iss: z.string().min(1),
  sub: z.string().min(1),
  nats: z.object({ issuer_account: z.string().optional() }).optional(),
});

/**
 * Reads a creds file. The signature of the JWT is not verified, because the NATS server does that.
 * @throws {Error} with the reason, without any part of the file
 */
export function readCreds(bytes: Uint8Array): Creds {
  const text = Buffer.from(bytes).toString();
  const [, jwt = ''] = JWT.exec(text) ?? [];
  const [, seed = ''] = SEED.exec(text) ?? [];
  const read = claims.safeParse(payloadOf(jwt));
  if (!read.success) throw new Error('it contains no user JWT of NATS');
  requireSeed(seed);
  const sign = makeSign(seed);
  const { iss, sub: nkey, nats } = read.data;
  const authenticator: Authenticator = (nonce = '') => ({ jwt, nkey, sig: nonce && sign(nonce) });
  return { account: nats?.issuer_account || iss, authenticator };
}

function payloadOf(jwt: string): unknown {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** Checks the form and the checksum. An authenticator that throws would close its connection permanently. */
function requireSeed(seed: string): void {
  try {
    nkeys.fromSeed(Buffer.from(seed));
  } catch (error) {
    throw new Error(`its seed cannot be used (${messageOf(error)})`);
  }
}
