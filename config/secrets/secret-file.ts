import { readFileSync, statSync } from 'node:fs';
import { type Parsed, parsed, refused } from '../../internal/domain/text/parsed.js';

/** Far above any password, token or list of keys. */
const MAX_BYTES = 64 << 10;

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
