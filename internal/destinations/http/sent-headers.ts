import { MASK } from '../../domain/secrets/masking/mask.js';
import { MAX_KEPT_HEADER_BYTES } from './limits.js';

/**
 * Returns the headers of a request (name, value, name, value …) as lines `name: value`, with names in lower case. The
 * values of credentials are replaced. A header that exceeds the remaining room is omitted as a whole.
 */
export function sentLines(headers: readonly string[], credentials: readonly string[]): Uint8Array {
  let lines = '';
  let room = MAX_KEPT_HEADER_BYTES;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? '';
    const line = `${name}: ${credentials.includes(name) ? MASK : headers[at + 1]}\n`;
    const bytes = Buffer.byteLength(line);
    if (bytes > room) continue;
    room -= bytes;
    lines += line;
  }
  return Buffer.from(lines);
}
