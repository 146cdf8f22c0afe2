import { type IpRange, parseIpRange } from '../domain/egress/ip-range.js';
import type { Logger } from '../logger.js';
import type { EmbeddedOptions } from './embedded-contract.js';
import { invalid } from './emitter-error.js';
import type { Observers } from './observers.js';
import { readMembers, readNumber } from './read.js';

export interface ReadOptions extends Observers {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly maxInFlight: number;
  readonly maxDeadLetters: number;
  readonly allowRanges: readonly IpRange[];
  readonly logger: Logger;
}

const MIB = 1024 * 1024;
const MAX = 1e9;
const MEMBERS: readonly (keyof EmbeddedOptions)[] = [
  'maxQueued',
  'maxQueuedBytes',
  'maxInFlight',
  'maxDeadLetters',
  'allowNetworks',
  'onAttempt',
  'onGivenUp',
  'logger',
];

const nothing = () => undefined;

/** Writes warnings and errors to the console, as WebhooksEmitter does to the log of its application. */
const consoleLogger: Logger = {
  error: (name, fields = {}) => console.error('hukz', name, fields),
  warn: (name, fields = {}) => console.warn('hukz', name, fields),
  info: nothing,
  debug: nothing,
};

/** Reads the options of `startEmitter`, which may come from a caller without types. @throws {EmitterError} */
export function readOptions(options: EmbeddedOptions): ReadOptions {
  readMembers('options', options, MEMBERS);
  const { onAttempt = nothing, onGivenUp = nothing, logger = consoleLogger } = options;
  for (const [name, value] of Object.entries({ onAttempt, onGivenUp }))
    if (typeof value !== 'function') throw invalid(`options.${name}`, 'must be a function');
  const count = (
    name: 'maxQueued' | 'maxQueuedBytes' | 'maxInFlight' | 'maxDeadLetters',
    min: number,
    fallback: number,
  ) => readNumber(`options.${name}`, options[name], { min, max: MAX, fallback });
  return {
    maxQueued: count('maxQueued', 1, 10_000),
    maxQueuedBytes: count('maxQueuedBytes', 1, 64 * MIB),
    maxInFlight: count('maxInFlight', 1, 512),
    maxDeadLetters: count('maxDeadLetters', 0, 1000),
    allowRanges: readNetworks(options.allowNetworks),
    onAttempt,
    onGivenUp,
    logger,
  };
}

function readNetworks(networks: unknown = []): readonly IpRange[] {
  const source = 'options.allowNetworks';
  if (!Array.isArray(networks)) throw invalid(source, 'must be a list of networks such as "127.0.0.0/8"');
  return networks.map((text: unknown) => {
    const range = parseIpRange(String(text));
    if (!range.ok) throw invalid(source, range.problem);
    return range.value;
  });
}
