import { payloadKind } from '../message/payload-kind.js';
import type { Occurrence } from './format.js';

/** A larger payload is not parsed: parsing 1 MiB can take 20 ms, during which nothing else is sent. */
const MAX_PARSED = 128 * 1024;
/**
 * Text of this length fits everywhere, however it is escaped: Slack allows 3,000 characters per block, Discord 2,000,
 * Google Chat 4,096, and Teams 28 KB.
 */
const MAX_LENGTH = 480;
/**
 * Line breaks and control characters would break the line; bidirectional controls and lone surrogates would corrupt the
 * text around it.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu;

/** Describes the message in one line of plain text: `tag.created` with a name or title becomes `Created Tag: water`. */
export function headline(message: Occurrence): string {
  const tokens = message.subject.split('.').map(titleCase);
  const what = [tokens.at(-1), ...tokens.slice(0, -1)].join(' ');
  const name = nameIn(message);
  return shorten(clean(name === undefined ? what : `${what}: ${name}`));
}

/** Returns the payload's name, otherwise its title. Only strings are used, because parsing can change a number. */
function nameIn(message: Occurrence): string | undefined {
  if (payloadKind(message) !== 'json' || message.payload.length > MAX_PARSED) return undefined;
  const payload: unknown = JSON.parse(Buffer.from(message.payload).toString());
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { name, title } = payload as { readonly name?: unknown; readonly title?: unknown };
  return [name, title].find((text): text is string => typeof text === 'string' && clean(text) !== '');
}

function titleCase(token: string): string {
  return token
    .split(/[_-]+/)
    .map((word) => word.replace(/^./u, (first) => first.toUpperCase()))
    .join(' ');
}

function clean(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

function shorten(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const cut = text.slice(0, MAX_LENGTH - 1);
  // Half of a surrogate pair at the end is removed too.
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}
