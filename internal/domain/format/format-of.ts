import type { Format } from './format.js';
import { type FormatName, formats } from './formats.js';
import { hukz } from './hukz.js';

const byName: ReadonlyMap<string, Format> = new Map(Object.entries(formats));
const byHost: ReadonlyMap<string, Format> = new Map(
  [...byName.values()].flatMap((format) => (format.host === undefined ? [] : [[format.host, format]])),
);

/** Returns the format that the webhook selects, otherwise that of its host, otherwise the contract's envelope. */
export function formatOf(name: FormatName | undefined, url: string): Format {
  if (name !== undefined) return byName.get(name) ?? hukz;
  return (URL.canParse(url) && byHost.get(new URL(url).hostname)) || hukz;
}
