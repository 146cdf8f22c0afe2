import { type SchemeName, schemes } from './schemes.js';
import { publicKeyIn } from './web-crypto.js';

const RANDOM_BYTES = 32;

/** Makes a random secret of a scheme. */
export const makeSecret = (scheme: SchemeName = 'standard'): string =>
  schemes[scheme].secret.make(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));

/**
 * Returns the public key (`whpk_…`) of a secret of `standard-ed25519`, with which receivers verify.
 * @throws {TypeError} if the text is not such a secret
 */
export const publicKeyOf = (secret: string): Promise<string> => publicKeyIn(schemes['standard-ed25519'], secret);
