import { type SchemeName, schemeNames, schemeOf } from '../../internal/domain/signature/schemes.js';
import { isPublicKey } from '../../packages/signatures/src/public-key.js';
import { usageError } from '../command-failed.js';

/** Returns the scheme that the prefix of a secret names, unless one is given. @throws {CommandFailed} */
export function schemeFor(secret: string, given: string | undefined): SchemeName {
  if (given !== undefined) return requireFitting(secret, requireName(given, schemeNames));
  if (secret.startsWith('whsec_')) return requireFitting(secret, 'standard');
  if (/^wh[sp]k_/.test(secret)) return requireFitting(secret, 'standard-ed25519');
  throw usageError(
    '--scheme is missing: the secret has no prefix that names one (whsec_, whsk_, whpk_).',
    `There are ${schemeNames.join(', ')}.`,
  );
}

function requireFitting(secret: string, scheme: SchemeName): SchemeName {
  const problem = schemeOf(scheme).problemOf(secret.trim());
  if (problem === undefined || (scheme === 'standard-ed25519' && isPublicKey(secret))) return scheme;
  throw usageError(`--secret: the secret ${problem} (scheme ${scheme}).`);
}

/** @throws {CommandFailed} if there is no such scheme */
export function requireName<Name extends string>(text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found) return found;
  throw usageError(`--scheme: there is no scheme "${text}".`, `There are ${names.join(', ')}.`);
}
