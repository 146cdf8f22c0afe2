import { payloadKind } from '../message/payload-kind.js';
import type { Occurrence } from './format.js';

/** Above this a payload is not parsed: 1 MiB may take 20 ms in which nothing else is sent. */
const MAX_PARSED = 128 * 1024;
/** However it is escaped, it fits everywhere: Slack takes 3,000 characters a block, Discord 2,000, Chat 4,096, Teams 28 KB. */
const MAX_LENGTH = 480;
/** Line breaks and control characters would break a line, turned directions and lone surrogates the text around it. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu;

/** What happened in one line of plain text: `tag.created` with a name or title is `Created Tag: water`. */
export function headline(message: Occurrence): string {
  const tokens = message.subject.split('.').map(titleCase);
  const what = [tokens.at(-1), ...tokens.slice(0, -1)].join(' ');
  const name = nameIn(message);
  return shorten(clean(name === undefined ? what : `${what}: ${name}`));
}

/** The payload's name, else its title. Only texts: a number might not be the one that was sent once it is parsed. */
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
  // Half a character at the end is left out too.
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}
