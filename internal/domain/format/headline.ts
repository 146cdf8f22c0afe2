import type { Occurrence } from './format.js';
import { clean, shorten } from './plain-text.js';
import { readPayload } from './read-payload.js';

/**
 * Text of this length fits everywhere, however it is escaped: Slack allows 3,000 characters per block, Discord 2,000,
 * Google Chat 4,096, and Teams 28 KB.
 */
export const MAX_LINE = 480;

/** Describes the message in one line of plain text: `tag.created` with a name or title becomes `Created Tag: water`. */
export function headline(message: Occurrence): string {
  const tokens = message.subject.split('.').map(titleCase);
  const what = [tokens.at(-1), ...tokens.slice(0, -1)].join(' ');
  const name = nameIn(readPayload(message));
  return shorten(clean(name === undefined ? what : `${what}: ${name}`), MAX_LINE);
}

/** Returns the payload's name, otherwise its title. Only strings are used, because parsing can change a number. */
function nameIn(payload: unknown): string | undefined {
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
