import { echo } from '../text/echo.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { nearestSeconds, PAYLOAD_BYTES, parseKsuid, writeKsuid } from './ksuid.js';

/*
 * The ids of webhooks-rs are a prefix and a KSUID. Ours contain the id of the row, so that no table has to map one to
 * the other: an application is a space, an endpoint is a webhook, and an event is a message.
 */

/** A row with a number: a space or a webhook. */
export interface NumberedRow {
  readonly id: number;
  readonly createdAt: Date;
}

/** The number and the time of creation, in seconds, that an id names. A row with another time is another row. */
export interface NamedRow {
  readonly id: number;
  readonly seconds: number;
}

export type RowPrefix = 'app' | 'ep';

const NUMBER_AT = PAYLOAD_BYTES - 8;

export function writeRowId(prefix: RowPrefix, { id, createdAt }: NumberedRow): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  payload.writeBigUInt64BE(BigInt(id), NUMBER_AT);
  return `${prefix}_${writeKsuid({ seconds: secondsOf(createdAt), payload })}`;
}

/** An id of webhooks-rs itself is well-formed, and names no row. */
export function parseRowId(prefix: RowPrefix, text: string): Parsed<NamedRow | undefined> {
  const ksuid = text.startsWith(`${prefix}_`) ? parseKsuid(text.slice(prefix.length + 1)) : undefined;
  if (!ksuid) return refused(problemOf(prefix, text));
  const { seconds, payload } = ksuid;
  const bytes = Buffer.from(payload);
  const id = Number(bytes.readBigUInt64BE(NUMBER_AT));
  const isOurs = bytes.readBigUInt64BE(0) === 0n && Number.isSafeInteger(id);
  return parsed(isOurs ? { id, seconds } : undefined);
}

/** Whether a row is the one that an id names. The number of a deleted space may belong to a new one. */
export const isNamed = ({ id, createdAt }: NumberedRow, named: NamedRow): boolean =>
  id === named.id && nearestSeconds(secondsOf(createdAt)) === named.seconds;

/** The id of the event that a message is. Its KSUID has the 16 bytes of the message's id. */
export function writeEventId(messageId: string): string {
  const payload = Buffer.from(messageId.replaceAll('-', ''), 'hex');
  // A message's id begins with its time in milliseconds (UUID version 7).
  return `evt_${writeKsuid({ seconds: Math.floor(payload.readUIntBE(0, 6) / 1000), payload })}`;
}

const KINDS = { app: 'an application', ep: 'an endpoint' } as const;

const problemOf = (prefix: RowPrefix, text: string) =>
  `"${echo(text)}" is not the id of ${KINDS[prefix]}: it is ${prefix}_ and a KSUID of 27 letters and digits, such as ${prefix}_1srOrx2ZWZBpBUvZwXKQmoEYga2`;

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1000);
