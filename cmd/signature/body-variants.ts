import { isJson } from '../../internal/domain/message/json-bytes.js';
import { unlessTooDeep } from '../too-deep.js';

/** A body as it may have been before a program changed it. */
export interface BodyVariant {
  readonly body: Uint8Array;
  /** The advice if the signature matches this body. */
  readonly advice: string;
}

const PARSED =
  'The body was parsed and written again (body_was_parsed): the signature matches it in another notation. ' +
  'Verify the bytes as they arrived, before anything parses them.';
const LINE_END =
  'The body has a line end that was not sent: an editor or `echo` adds one. Keep the bytes as they arrived.';
const CRLF = 'The line ends of the body were changed: keep the bytes as they arrived.';

/** Returns the bodies that the given one may have been made from, without those that are equal to it. */
export function bodyVariants(body: Uint8Array): readonly BodyVariant[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const text = bytes.toString();
  const variants: BodyVariant[] = [
    { body: Buffer.from(text.replace(/\r?\n$/, '')), advice: LINE_END },
    { body: Buffer.from(text.replaceAll('\r\n', '\n')), advice: CRLF },
    { body: Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')), advice: CRLF },
    ...unlessTooDeep<readonly string[]>(
      () => notations(bytes),
      () => [],
    ).map((other) => ({ body: Buffer.from(other), advice: PARSED })),
  ];
  return variants.filter((variant) => !bytes.equals(variant.body));
}

/** A JSON text as common libraries write it: compact, with spaces, or indented. */
function notations(body: Buffer): readonly string[] {
  if (!isJson(body)) return [];
  const value: unknown = JSON.parse(body.toString());
  return [
    JSON.stringify(value),
    pythonText(value),
    ...[2, 4, '\t'].map((indent) => JSON.stringify(value, undefined, indent)),
  ];
}

/** The notation of Python's `json.dumps`. */
const pythonText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${pythonText(member)}`)
    .join(', ')}}`;
};
