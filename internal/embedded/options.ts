import { invalid } from '../../packages/client/src/emitter/emitter-error.js';
import { type Reader, type ReadersOf, readMembers, wholeNumber } from '../../packages/client/src/emitter/read.js';
import { type IpRange, parseIpRange } from '../domain/egress/ip-range.js';
import type { Logger } from '../logger.js';
import type { EmbeddedOptions } from './embedded-contract.js';
import type { Observers } from './observers.js';

export interface ReadOptions extends Observers {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly maxInFlight: number;
  readonly maxDeadLetters: number;
  readonly allowNetworks: readonly IpRange[];
  readonly logger: Logger;
}

const MIB = 1024 * 1024;
const MAX = 1e9;

const nothing = () => undefined;

/** Writes warnings and errors to the console, as WebhooksEmitter does to the log of its application. */
const consoleLogger: Logger = {
  error: (name, fields = {}) => console.error('hukz', name, fields),
  warn: (name, fields = {}) => console.warn('hukz', name, fields),
  info: nothing,
  debug: nothing,
};

/** The types of functions and of the logger are those that the caller's compiler has checked. */
const optionReaders = {
  maxQueued: wholeNumber({ min: 1, max: MAX, fallback: 10_000 }),
  maxQueuedBytes: wholeNumber({ min: 1, max: MAX, fallback: 64 * MIB }),
  maxInFlight: wholeNumber({ min: 1, max: MAX, fallback: 512 }),
  maxDeadLetters: wholeNumber({ min: 0, max: MAX, fallback: 1000 }),
  allowNetworks: readNetworks,
  onAttempt: functionOr<Observers['onAttempt']>(nothing),
  onGivenUp: functionOr<Observers['onGivenUp']>(nothing),
  logger: (_, value) => (value as Logger | undefined) ?? consoleLogger,
} satisfies ReadersOf<EmbeddedOptions>;

/** Reads the options of `startEmitter`, which may come from a caller without types. @throws {EmitterError} */
export const readOptions = (options: EmbeddedOptions): ReadOptions => readMembers('options', options, optionReaders);

function functionOr<F extends (fact: never) => void>(fallback: F): Reader<F> {
  return (source, value) => {
    if (value === undefined) return fallback;
    if (typeof value !== 'function') throw invalid(source, 'must be a function');
    return value as F;
  };
}

function readNetworks(source: string, networks: unknown = []): readonly IpRange[] {
  if (!Array.isArray(networks)) throw invalid(source, 'must be a list of networks such as "127.0.0.0/8"');
  return networks.map((text: unknown) => {
    const range = parseIpRange(String(text));
    if (!range.ok) throw invalid(source, range.problem);
    return range.value;
  });
}
