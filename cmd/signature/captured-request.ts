import { usageError } from '../command-failed.js';

/** A request that a receiver wrote down. */
export interface CapturedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const REQUEST_LINE = /^(?:[A-Z]+ \S+(?: HTTP\/[\d.]+)?|\d{4}-\d\d-\d\dT[\d:.]+Z)$/;

/**
 * Reads a request as `hukz receive` and proxies print it: a request line, which may be missing, a header per line, an
 * empty line, and the body byte for byte. @throws {CommandFailed} if a line before the body is not a header
 */
export function parseCapturedRequest(bytes: Uint8Array): CapturedRequest {
  const { head, body } = splitAtEmptyLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const lines = head.split(/\r?\n/).filter((line, index) => !(index < 2 && REQUEST_LINE.test(line)));
  return { headers: Object.fromEntries(lines.map(parseHeaderLine)), body };
}

/** Reads `name: value`. @throws {CommandFailed} */
export function parseHeaderLine(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw usageError(`"${line.slice(0, 80)}" is not a header: write it as name: value`);
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function splitAtEmptyLine(bytes: Buffer): { readonly head: string; readonly body: Uint8Array } {
  const start = /^[\r\n]*/.exec(bytes.subarray(0, 16).toString('latin1'))?.[0].length ?? 0;
  const found = ['\r\n\r\n', '\n\n']
    .map((mark) => ({ mark, at: bytes.indexOf(mark, start) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0];
  if (!found)
    throw usageError(
      'the captured request has no empty line between its headers and its body: give the body with --body',
    );
  return { head: bytes.subarray(start, found.at).toString(), body: bytes.subarray(found.at + found.mark.length) };
}
