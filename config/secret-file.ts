import { readFileSync, statSync } from 'node:fs';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';
import { findKey } from './schema.js';

const SUFFIX = '_FILE';
/** Far above any password, token or list of keys. */
const MAX_BYTES = 64 << 10;

/** The key of the secret whose file a name such as `NATS_TOKEN_FILE` gives; undefined for other names. */
export function secretKeyOf(name: string): string | undefined {
  const key = name.endsWith(SUFFIX) ? findKey(name.slice(0, -SUFFIX.length)) : undefined;
  return key?.value.sensitive ? key.name : undefined;
}

/**
 * The secret in a file, as Docker and Kubernetes mount it. One line end at the end of the file is not a part of the
 * secret, because editors and `echo` write it. Problems do not show the path: it may be a secret given by mistake.
 */
export function readSecretFile(path: string): Parsed<string> {
  try {
    const file = statSync(path);
    // A device such as /dev/zero would be read for ever.
    if (!file.isFile()) return refused('must be the path of a file');
    if (file.size > MAX_BYTES) return refused('the file is larger than 64 KiB, which no secret is');
    return parsed(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    return refused(`the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'not text'})`);
  }
}
