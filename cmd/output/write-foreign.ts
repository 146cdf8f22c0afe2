import type { Streams } from '../invocation.js';
import { plainJson } from './plain.js';

/** Writes bytes of others: untouched, unless a terminal would obey some of them. */
export function writeForeign(stdout: Streams['stdout'], bytes: Uint8Array): void {
  stdout.write(stdout.isTTY ? plainJson(new TextDecoder().decode(bytes)) : bytes);
}
