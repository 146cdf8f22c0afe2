import { type EgressProxy, parseEgressProxy } from '../internal/domain/egress/egress-proxy.js';
import { parseHostPatterns } from '../internal/domain/egress/host-pattern.js';
import { parseIpRanges } from '../internal/domain/egress/ip-range.js';
import { parseNat64Prefixes } from '../internal/domain/egress/nat64-prefix.js';
import { parseNoProxy } from '../internal/domain/egress/no-proxy.js';
import { parsePortRanges } from '../internal/domain/egress/port-range.js';
import { parseHeaderPatterns } from '../internal/domain/limits/forbidden-headers.js';
import { parseRate } from '../internal/domain/limits/rate-limit.js';
import { parseInboxPrefix, parseInboxPrefixes } from '../internal/domain/matching/inbox.js';
import { parseQueueGroup, parseSubjects } from '../internal/domain/matching/subject.js';
import type { RateLimit } from '../internal/domain/matching/webhook-settings.js';
import { formatDuration, parseDuration, parseDurations } from '../internal/domain/text/duration.js';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';
import { parseApiHosts } from './api-hosts.js';
import { formatByteSize, parseByteSize } from './byte-size.js';
import { parseDatabaseHosts } from './database-hosts.js';
import { parseEncryptionKeys } from './encryption-keys.js';
import { parseAudiences, parseClaimName, parseJwksUrl } from './jwt-formats.js';
import { parseServers } from './nats-servers.js';

/** How the text of a key becomes its value. */
export interface Format<T> {
  /** The kind of value, its unit and its bounds, in Markdown. */
  readonly unit: string;
  parse(text: string): Parsed<T>;
}

/** Absent: without a bound. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

interface NumberText {
  readonly unit: string;
  /** The sentence of a problem goes on with it: "must be …". */
  readonly expected: string;
  read(text: string): number | undefined;
  write(value: number): string;
}

const WHOLE: NumberText = {
  unit: 'number',
  expected: 'a whole number',
  read: (text) => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : undefined),
  write: String,
};
const SHARE: NumberText = {
  unit: 'fraction',
  expected: 'a number',
  read: (text) => (/^-?\d*\.?\d+$/.test(text.trim()) ? Number(text) : undefined),
  write: String,
};
const DURATION: NumberText = {
  unit: 'duration',
  expected: 'a duration such as 500ms, 5s, 5m, 2h or 1d',
  read: (text) => numberIn(parseDuration(text)),
  write: formatDuration,
};
const SIZE: NumberText = {
  unit: 'size',
  expected: 'a size such as 64KiB or 64MiB',
  read: (text) => numberIn(parseByteSize(text)),
  write: formatByteSize,
};
const MAX_WORKERS = 256;

export const whole = (bounds: Bounds) => bounded(WHOLE, bounds);
export const share = (bounds: Bounds = { min: 0, max: 1 }) => bounded(SHARE, bounds);
/** Milliseconds. */
export const duration = (bounds: Bounds = {}) => bounded(DURATION, bounds);
/** Bytes. */
export const size = (bounds: Bounds = {}) => bounded(SIZE, bounds);

export const text: Format<string> = { unit: 'text', parse: parsed };
export const optionalText: Format<string | undefined> = {
  unit: 'text',
  parse: (written) => parsed(written || undefined),
};

export const flag: Format<boolean> = {
  unit: '`true` or `false`',
  parse(written) {
    const word = written.trim().toLowerCase();
    return word === 'true' || word === 'false' ? parsed(word === 'true') : refused('must be true or false');
  },
};

/** The words that Go reads as a boolean, for keys of the Go service. */
export const goFlag: Format<boolean> = {
  unit: '`true` or `false`',
  parse(written) {
    const word = written.trim().toLowerCase();
    if (['true', 't', '1'].includes(word)) return parsed(true);
    return ['false', 'f', '0', ''].includes(word) ? parsed(false) : refused('must be true or false');
  },
};

/** Exactly one of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): Format<W> {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return {
    unit: words.map((word) => `\`${word}\``).join(', '),
    parse(written) {
      const word = words.find((each) => each === written);
      return word === undefined ? refused(`must be ${list}`) : parsed(word);
    },
  };
}

/** As in the Go service, every other word than `development` means production. */
export const mode: Format<'production' | 'development'> = {
  unit: '`production`, `development`',
  parse: (written) => parsed(written === 'development' ? written : 'production'),
};

/** Any of some words, separated by commas. */
export function someOf<const W extends string>(...words: readonly W[]): Format<readonly W[]> {
  return {
    unit: `any of ${words.map((word) => `\`${word}\``).join(', ')}`,
    parse(written) {
      const given = written.split(',').flatMap((part) => part.trim() || []);
      const known = words.filter((word) => given.includes(word));
      const unknown = given.find((word) => !known.some((each) => each === word));
      return unknown === undefined ? parsed(known) : refused(`may contain ${words.join(', ')}, separated by commas`);
    },
  };
}

/** The ways in which callers of the API say who they are, at least one. */
export const logins: Format<{ readonly user: boolean; readonly token: boolean }> = {
  unit: '`x-user`, `token` or `x-user,token`',
  parse(written) {
    const read = someOf('x-user', 'token').parse(written);
    if (!read.ok) return read;
    if (read.value.length === 0) return refused('must be x-user, token or x-user,token');
    return parsed({ user: read.value.includes('x-user'), token: read.value.includes('token') });
  },
};

/** Undefined: none. */
export const optionalUser: Format<number | undefined> = {
  unit: 'number, at least 1',
  parse: optional(whole({ min: 1 }).parse),
};

export const durations: Format<readonly number[]> = { unit: 'durations', parse: parseDurations };
export const queueGroup: Format<string> = { unit: 'queue group', parse: parseQueueGroup };
export const inboxPrefix: Format<string> = { unit: 'subject', parse: parseInboxPrefix };
export const inboxPrefixes: Format<readonly string[]> = { unit: 'subjects', parse: parseInboxPrefixes };
export const subjects: Format<readonly string[]> = { unit: 'subjects', parse: parseSubjects };
export const natsServers = { unit: 'URLs', parse: parseServers };
export const databaseHosts = { unit: 'hosts', parse: parseDatabaseHosts };
export const encryptionKeys = { unit: 'keys', parse: parseEncryptionKeys };
export const ipRanges = { unit: 'CIDR ranges', parse: parseIpRanges };
export const hostPatterns = { unit: 'host patterns', parse: parseHostPatterns };
export const headerPatterns = { unit: 'header names', parse: parseHeaderPatterns };
export const nat64Prefixes = { unit: 'IPv6 prefixes', parse: parseNat64Prefixes };
export const portRanges = { unit: 'ports', parse: parsePortRanges };
export const egressProxy: Format<EgressProxy | 'none' | undefined> = {
  unit: 'URL or `none`',
  parse: (written) => (written === 'none' ? parsed(written) : optional(parseEgressProxy)(written)),
};
export const noProxy = { unit: 'hosts and CIDR ranges', parse: parseNoProxy };
export const jwksUrl: Format<string | undefined> = { unit: 'URL', parse: parseJwksUrl };
export const audiences: Format<readonly string[]> = { unit: 'texts', parse: parseAudiences };
export const claimName: Format<string> = { unit: 'name', parse: parseClaimName };
export const apiHosts: Format<readonly string[]> = { unit: 'host names', parse: parseApiHosts };

/** Undefined: no limit. */
export const optionalRate: Format<RateLimit | undefined> = {
  unit: 'rate',
  parse(written) {
    if (written === 'off') return parsed(undefined);
    const read = parseRate(written);
    return read.ok ? read : refused('must be written as 100/second, 6000/minute or 100000/hour, or be off');
  },
};

export const bearerToken: Format<string | undefined> = {
  unit: 'text',
  parse: (written) =>
    /^(?:[\x21-\x7e]{16,512})?$/.test(written)
      ? parsed(written || undefined)
      : refused('must be 16 to 512 visible ASCII characters'),
};

export const streamName: Format<string> = {
  unit: 'name',
  parse: (written) =>
    /^[A-Za-z0-9_-]{1,64}$/.test(written) ? parsed(written) : refused('must be 1 to 64 of A-Z, a-z, 0-9, _ and -'),
};

export const instanceName: Format<string | undefined> = {
  unit: 'name',
  parse: (written) =>
    /^[\x21-\x7e]{0,253}$/.test(written)
      ? parsed(written || undefined)
      : refused('must be at most 253 printable ASCII characters without spaces'),
};

export const workers: Format<number | 'auto'> = {
  unit: 'number or `auto`',
  parse(written) {
    if (written.trim().toLowerCase() === 'auto') return parsed('auto');
    const count = WHOLE.read(written) ?? 0;
    return count >= 1 && count <= MAX_WORKERS
      ? parsed(count)
      : refused(`must be a whole number from 1 to ${MAX_WORKERS}, or auto`);
  },
};

function bounded({ unit, expected, read, write }: NumberText, { min, max }: Bounds): Format<number> {
  const problem = `must be ${expected}${rangeText(min && write(min), max && write(max))}`;
  return {
    unit: unit + unitBounds(min && write(min), max && write(max)),
    parse(written) {
      const value = read(written);
      const isInside = value !== undefined && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
      return isInside ? parsed(value) : refused(problem);
    },
  };
}

function rangeText(min: string | number | undefined, max: string | number | undefined): string {
  if (min === undefined) return max === undefined ? '' : `, at most ${max}`;
  return max === undefined ? `, at least ${min}` : ` from ${min} to ${max}`;
}

function unitBounds(min: string | number | undefined, max: string | number | undefined): string {
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}`;
  return min === undefined ? '' : `, at least ${min}`;
}

function optional<T>(parse: (text: string) => Parsed<T>): (text: string) => Parsed<T | undefined> {
  return (written) => (written === '' ? parsed(undefined) : parse(written));
}

function numberIn(read: Parsed<number>): number | undefined {
  return read.ok ? read.value : undefined;
}
