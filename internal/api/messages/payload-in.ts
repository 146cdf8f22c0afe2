import { z } from 'zod';
import { AppError } from '../../errors.js';
import { bytesIn, stringIn } from './cut-out.js';
import { tooLarge } from './message-parts.js';

const NOTHING = new Uint8Array(0);

/** A payload of any bytes in a JSON body, of at most so many bytes. */
export const payloadInBase64 = (maxBytes: number) =>
  z
    .string()
    .optional()
    .meta({
      maxLength: Math.ceil(maxBytes / 3) * 4,
      pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
      description: 'A payload that is not JSON, in base64, in place of `payload`.',
      example: 'AAEC',
    });

/** The payload of a message in JSON, from the members that were cut out. @throws {AppError} */
export function payloadIn(cut: ReadonlyMap<string, Uint8Array>, maxBytes: number): Uint8Array {
  const json = cut.get('payload');
  const base64 = cut.get('payload_base64');
  if (base64 === undefined) return json ?? NOTHING;
  if (json !== undefined)
    throw new AppError('unprocessable', 'a message has payload or payload_base64, not both', 'payload_base64');
  // Without this, a body may be decoded that is far too large.
  if (base64.length > 2 * maxBytes + 1024) throw tooLarge(maxBytes, 'payload_base64');
  const text = stringIn(base64);
  const payload = text === undefined ? undefined : bytesIn(text);
  if (!payload) throw new AppError('unprocessable', 'payload_base64 must be a string in base64', 'payload_base64');
  return payload;
}
