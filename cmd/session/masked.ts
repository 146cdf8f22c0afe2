import { isSecretHeader } from '../../internal/domain/secrets/hidden-headers.js';
import { HIDDEN_PART, shownUrl } from '../../internal/domain/secrets/hidden-url.js';

/** Members of `auth`, `tls` and others that hold a secret, in whatever object they are. */
const SECRET_NAME = /secret|passw|token|private/i;
/** Members whose names say so only inside of another one. */
const SECRET_INSIDE: Readonly<Partial<Record<string, (name: string) => boolean>>> = {
  auth: (name) => name === 'value',
  tls: (name) => name === 'key',
  headers: isSecretHeader,
};
const PASSWORD_IN_URL = /(^[a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i;

/** Replaces the values by `***`, also where a URL, base64 or JSON escapes them. */
export function withoutValues(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret !== '').flatMap(formsOf);
  return forms
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, form) => shown.replaceAll(form, HIDDEN_PART), text);
}

const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
];

/** Replaces the secrets of a JSON text: members by their names, and parts of URLs. Any other text is unchanged. */
export function withoutSecretMembers(text: string): string {
  const value = parsed(text);
  const [whole, shown] = [JSON.stringify(value), JSON.stringify(masked(value, ''))];
  // A text without secrets stays as it is written: numbers above 2^53 are not exact here.
  return whole === shown ? text : shown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function masked(value: unknown, inside: string, name = ''): unknown {
  if (typeof value === 'string') return isSecret(inside, name) ? HIDDEN_PART : shownText(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, inside, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, each]) => [member, masked(each, name, member)]));
}

const isSecret = (inside: string, name: string) =>
  (SECRET_NAME.test(name) && name !== 'token_url') || (SECRET_INSIDE[inside]?.(name) ?? false);

const shownText = (text: string) => shownUrl(text.replace(PASSWORD_IN_URL, `$1${HIDDEN_PART}@`));
