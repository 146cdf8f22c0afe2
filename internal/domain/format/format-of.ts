import type { ChatSwitch, Format } from './format.js';
import { type FormatName, formatNames, formats } from './formats.js';
import { hukz } from './hukz.js';

/** The format that the webhook selects, otherwise that of its host, otherwise the contract's envelope. */
export type FormatOf = (name: FormatName | undefined, url: string) => Format;

const byName: ReadonlyMap<string, Format> = new Map(Object.entries(formats));

/** `enabled` are the keys of the configuration that are on. */
export function makeFormatOf(enabled: readonly ChatSwitch[]): FormatOf {
  const byHost = new Map<string, Format>();
  for (const format of byName.values()) {
    const { host, enabledBy } = format;
    if (host !== undefined && (enabledBy === undefined || enabled.includes(enabledBy))) byHost.set(host, format);
  }
  return (name, url) => {
    if (name !== undefined) return byName.get(name) ?? hukz;
    return (URL.canParse(url) && byHost.get(new URL(url).hostname)) || hukz;
  };
}

/** The public name of a format. */
export const formatName = (format: Format): FormatName =>
  formatNames.find((name) => formats[name] === format) ?? 'hukz';
