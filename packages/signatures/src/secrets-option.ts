import { isPublicKey, PUBLIC_KEY_RULE } from './public-key.js';
import { type SchemeName, schemeNames, schemes } from './schemes.js';

/** One secret, or several while one replaces another. For `standard-ed25519`, receivers give the public key. */
export type SecretsOption =
  | { readonly secret: string; readonly secrets?: undefined }
  | { readonly secret?: undefined; readonly secrets: readonly string[] };

export type SchemeOption = SecretsOption & {
  /** The scheme of the webhook. The default follows from the prefix of the secret: `whsec_`, `whsk_` or `whpk_`. */
  readonly scheme?: SchemeName | undefined;
  /** For `webhooks-emitter`: the middle of the names of its headers. The default is `Webhooks`. */
  readonly prefix?: string | undefined;
};

const PREFIX = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;

/** @throws {TypeError} if there is no secret, the options do not name a scheme, or a secret does not fit it */
export function readSchemeOption({ secret, secrets, scheme, prefix }: SchemeOption) {
  const given = secrets ?? (secret === undefined ? [] : [secret]);
  const first = given[0];
  if (first === undefined || !given.every((each) => typeof each === 'string'))
    throw new TypeError('secret must be a text, or secrets must be a list of at least one');
  const name = scheme ?? schemeByPrefix(first);
  if (!Object.hasOwn(schemes, name)) throw new TypeError(`scheme must be one of ${schemeNames.join(', ')}`);
  for (const each of given) requireForm(name, each);
  if (prefix !== undefined) requirePrefix(name, prefix);
  return { secrets: given, name, scheme: schemes[name], prefix: prefix ?? defaultPrefixOf(name) };
}

/** A scheme whose headers have no prefix takes an empty one. */
function requirePrefix(name: SchemeName, prefix: string): void {
  if (PREFIX.test(prefix) || (prefix === '' && defaultPrefixOf(name) === '')) return;
  throw new TypeError('prefix must be 1 to 64 letters, digits and dashes, and may not begin or end with a dash');
}

function requireForm(name: SchemeName, secret: string): void {
  const { algorithm, secret: form } = schemes[name];
  if (form.keyOf(secret) || (algorithm === 'ed25519' && isPublicKey(secret))) return;
  const rule = secret.startsWith('whpk_') ? `the public key ${PUBLIC_KEY_RULE}` : `the secret ${form.rule}`;
  throw new TypeError(`${rule} (scheme ${name})`);
}

export function defaultPrefixOf(name: SchemeName): string {
  const scheme = schemes[name];
  return 'defaultPrefix' in scheme ? (scheme.defaultPrefix ?? '') : '';
}

function schemeByPrefix(secret: string): SchemeName {
  if (secret.startsWith('whsec_')) return 'standard';
  if (/^wh[sp]k_/.test(secret)) return 'standard-ed25519';
  throw new TypeError('scheme is required: the secret has no prefix that names one (whsec_, whsk_, whpk_)');
}
