import { SECRET_PART } from '../../internal/domain/credentials/credential-secret.js';
import { isSecretHeader } from '../../internal/domain/secrets/hidden-headers.js';
import { shownUrl } from '../../internal/domain/secrets/hidden-url.js';
import { isObject } from './merge-documents.js';

export const SECRET = '(secret)';

/** The placeholder that an export has in place of a secret. */
const PLACEHOLDER = /^env:[A-Z_][A-Z0-9_]*$/;
const SECRET_CREDENTIALS: ReadonlySet<string> = new Set(Object.values(SECRET_PART));

type Path = readonly [name: string, ...inner: readonly string[]];

/**
 * A part of a declared or exported object as it may be shown: `(secret)` in place of secrets, and texts with variables
 * as they are written.
 */
export function visibleValue(value: unknown, path: Path, templates: ReadonlyMap<string, string>): unknown {
  if (isSecret(path)) return SECRET;
  const template = templates.get(path.join('.'));
  if (template !== undefined) return visibleText(template, path);
  if (typeof value === 'string') return visibleText(value, path);
  if (Array.isArray(value)) return value.map((each, nth) => visibleValue(each, [...path, String(nth)], templates));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, visibleValue(each, [...path, name], templates)]),
  );
}

function isSecret([name, inner]: Path): boolean {
  if (name === 'secret') return true;
  if (inner === undefined) return false;
  if (name === 'auth') return SECRET_CREDENTIALS.has(inner);
  return name === 'headers' ? isSecretHeader(inner) : name === 'tls' && inner === 'key';
}

function visibleText(text: string, [name]: Path): string {
  if (PLACEHOLDER.test(text)) return SECRET;
  return name === 'proxy' ? text.replace(/\/\/[^/@]*@/, `//${SECRET}@`) : shownUrl(text);
}
