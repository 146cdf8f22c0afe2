import { formatDuration, parseDuration } from '../../text/duration.js';
import { echo } from '../../text/echo.js';
import { parseInstant } from '../../text/instant.js';
import { type Parsed, parsed, refused } from '../../text/parsed.js';
import type { Header, Message } from '../message.js';
import { headerValue } from './header-value.js';

/** Maximum time from the receipt of a message to the earliest time of its deliveries. */
export const MAX_DELAY_MS = 30 * 86_400_000;
const TOO_LATE = refused(`a delivery is at most ${formatDuration(MAX_DELAY_MS)} after its message`);

/**
 * Parses `Hukz-Deliver-At: 2026-01-31T12:00:00Z` into milliseconds since 1970. The limit is counted from the receipt of
 * the message, so that the result is the same whenever the message is read.
 */
export function parseDeliverAt(text: string, receivedAt: number): Parsed<number> {
  const at = parseInstant(text);
  if (at === undefined) return refused(`"${echo(text)}" is not a time such as 2026-01-31T12:00:00Z`);
  return at - receivedAt > MAX_DELAY_MS ? TOO_LATE : parsed(at);
}

/** Parses `Hukz-Delay: 10m` into the time that is so long after the receipt of the message. */
export function parseDelay(text: string, receivedAt: number): Parsed<number> {
  const delay = parseDuration(text);
  if (!delay.ok) return delay;
  return delay.value > MAX_DELAY_MS ? TOO_LATE : parsed(receivedAt + delay.value);
}

/**
 * Returns the time from which the deliveries of a message are due: its receipt, or the later time that its publisher
 * named. The stored headers answer it.
 */
export function dueAtOf({ headers, receivedAt }: Pick<Message, 'headers' | 'receivedAt'>): number {
  const due = headers.length === 0 ? undefined : namedTime(headers, receivedAt);
  return due?.ok ? Math.max(due.value, receivedAt) : receivedAt;
}

function namedTime(headers: readonly Header[], receivedAt: number): Parsed<number> | undefined {
  const at = headerValue(headers, 'hukz-deliver-at');
  if (at !== undefined) return parseDeliverAt(at, receivedAt);
  const delay = headerValue(headers, 'hukz-delay');
  return delay === undefined ? undefined : parseDelay(delay, receivedAt);
}
