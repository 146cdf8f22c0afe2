import convict from 'convict';
import { formatDuration, parseDuration, parseDurations } from '../internal/domain/duration.js';
import { parseEgressProxy } from '../internal/domain/egress-proxy.js';
import { parseHostPatterns } from '../internal/domain/host-pattern.js';
import { parseInboxPrefix, parseInboxPrefixes } from '../internal/domain/inbox.js';
import { parseIpRanges } from '../internal/domain/ip-range.js';
import { parseNat64Prefixes } from '../internal/domain/nat64-prefix.js';
import { parsePortRanges } from '../internal/domain/port-range.js';
import { parseRate } from '../internal/domain/rate-limit.js';
import { type Parsed, parsed, refused } from '../internal/domain/result.js';
import { parseQueueGroup, parseSubjects } from '../internal/domain/subject.js';
import { parseApiHosts } from './api-hosts.js';
import { parseByteSize } from './byte-size.js';
import { parseDatabaseHosts } from './database-hosts.js';
import { parseEncryptionKeys } from './encryption-keys.js';
import { parseServers } from './nats-servers.js';

/** Bounds of a key's value; absent: no bound. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A format that parses text into a value. Text that cannot be parsed stays text, and `validate` says why. */
function textFormat(name: string, parse: (text: string) => Parsed<unknown>): convict.Format {
  return {
    name,
    coerce: (text: string) => {
      const read = parse(text);
      return read.ok ? read.value : text;
    },
    validate(value: unknown) {
      if (typeof value !== 'string') return;
      const read = parse(value);
      if (!read.ok) throw new Error(read.problem);
    },
  };
}

/** A number with bounds, written in a way of its own. */
function numberFormat(
  name: string,
  expected: string,
  parse: (text: string) => number,
  write: (value: number) => string = String,
): convict.Format {
  return {
    name,
    coerce: (text: string) => {
      const value = parse(text);
      return Number.isNaN(value) ? text : value;
    },
    validate(value: unknown, spec: convict.SchemaObj) {
      const bounds = spec as Bounds;
      const { min = -Infinity, max = Infinity } = bounds;
      const isRight = typeof value === 'number' && value >= min && value <= max;
      if (!isRight) throw new Error(`must be ${expected}${range(bounds, write)}`);
    },
  };
}

function range({ min, max }: Bounds, write: (value: number) => string): string {
  if (min === undefined) return max === undefined ? '' : `, at most ${write(max)}`;
  return max === undefined ? `, at least ${write(min)}` : ` from ${write(min)} to ${write(max)}`;
}

/** One of some words, which are all that the message has to say. */
export function oneOf(words: readonly string[]): (value: unknown) => void {
  return (value) => {
    if (!words.includes(String(value))) throw new Error(`must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  };
}

const orNaN = (parse: (text: string) => Parsed<number>) => (text: string) => {
  const read = parse(text);
  return read.ok ? read.value : Number.NaN;
};
/** A list, because convict would look for settings inside an object. */
const noneOrOne =
  <T>(parse: (text: string) => Parsed<T>) =>
  (text: string): Parsed<readonly T[]> => {
    if (text === '') return parsed([]);
    const read = parse(text);
    return read.ok ? parsed([read.value]) : read;
  };
const parseApiRate = (text: string) => {
  const read = parseRate(text);
  return read.ok ? read : refused('must be written as 100/second, 6000/minute or 100000/hour, or be off');
};
const MOST_WORKERS = 256;
const FLAGS = new Map([
  ['true', true],
  ['false', false],
]);

convict.addFormat({ name: 'text', validate() {} });
convict.addFormat(
  numberFormat('whole', 'a whole number', (text) => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : NaN)),
);
convict.addFormat(
  numberFormat('share', 'a number', (text) => (/^-?\d*\.?\d+$/.test(text.trim()) ? Number(text) : NaN)),
);
convict.addFormat(
  numberFormat('span', 'a duration such as 500ms, 5s, 5m, 2h or 1d', orNaN(parseDuration), formatDuration),
);
convict.addFormat(numberFormat('size', 'a size such as 64KiB or 64MiB', orNaN(parseByteSize), (bytes) => `${bytes}B`));
convict.addFormat(textFormat('spans', parseDurations));
convict.addFormat(textFormat('queue group', parseQueueGroup));
convict.addFormat(textFormat('inbox prefix', parseInboxPrefix));
convict.addFormat(textFormat('inbox prefixes', parseInboxPrefixes));
convict.addFormat(textFormat('subjects', parseSubjects));
convict.addFormat(textFormat('servers', parseServers));
convict.addFormat(textFormat('hosts', parseDatabaseHosts));
convict.addFormat(textFormat('keys', parseEncryptionKeys));
convict.addFormat(textFormat('ranges', parseIpRanges));
convict.addFormat(textFormat('host patterns', parseHostPatterns));
convict.addFormat(textFormat('nat64 prefixes', parseNat64Prefixes));
convict.addFormat(textFormat('ports', parsePortRanges));
convict.addFormat(textFormat('proxy', noneOrOne(parseEgressProxy)));
convict.addFormat(textFormat('host names', parseApiHosts));
convict.addFormat(textFormat('rate', (text) => noneOrOne(parseApiRate)(text === 'off' ? '' : text)));
convict.addFormat(
  textFormat('token', (text) =>
    /^(?:[\x21-\x7e]{16,512})?$/.test(text) ? parsed(text) : refused('must be 16 to 512 visible ASCII characters'),
  ),
);
convict.addFormat(
  textFormat('stream', (text) =>
    /^[A-Za-z0-9_-]{1,64}$/.test(text) ? parsed(text) : refused('must be 1 to 64 of A-Z, a-z, 0-9, _ and -'),
  ),
);
convict.addFormat(
  textFormat('instance name', (text) =>
    /^[\x21-\x7e]{0,253}$/.test(text)
      ? parsed(text)
      : refused('must be at most 253 printable ASCII characters without spaces'),
  ),
);
convict.addFormat({
  name: 'workers',
  coerce: (text: string) => (/^\d{1,3}$/.test(text.trim()) ? Number(text) : text.trim().toLowerCase()),
  validate(value: unknown) {
    const isCount = typeof value === 'number' && value >= 1 && value <= MOST_WORKERS;
    if (!isCount && value !== 'auto') throw new Error(`must be a whole number from 1 to ${MOST_WORKERS}, or auto`);
  },
});
convict.addFormat({
  name: 'flag',
  coerce: (text: string) => FLAGS.get(text.trim().toLowerCase()) ?? text,
  validate(value: unknown) {
    if (typeof value !== 'boolean') throw new Error('must be true or false');
  },
});
