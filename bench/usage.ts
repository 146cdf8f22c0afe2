import { readCpuSeconds } from '../internal/local/process-usage.js';
import { median, spell } from './numbers.js';

/** CPU seconds by process: the service with its workers, and PostgreSQL with all its backends. */
export interface Usage {
  readonly service: number;
  readonly postgres: number;
  readonly nats: number;
  readonly publisher: number;
  readonly receiver: number;
}

export type Pids = { readonly [name in keyof Usage]: number };

export async function readUsage(pids: Pids): Promise<Usage> {
  const [service, postgres, nats, publisher, receiver] = await Promise.all([
    readCpuSeconds(pids.service, true),
    readCpuSeconds(pids.postgres, true),
    readCpuSeconds(pids.nats),
    readCpuSeconds(pids.publisher),
    readCpuSeconds(pids.receiver),
  ]);
  return { service, postgres, nats, publisher, receiver };
}

/** CPU microseconds per delivery. */
export function usageEach(before: Usage, after: Usage, deliveries: number): Usage {
  const each = (name: keyof Usage) => ((after[name] - before[name]) * 1e6) / deliveries;
  return {
    service: each('service'),
    postgres: each('postgres'),
    nats: each('nats'),
    publisher: each('publisher'),
    receiver: each('receiver'),
  };
}

/** Medians over the runs. */
export function spellUsage(runs: readonly Usage[]): string {
  const each = (name: keyof Usage) => `${name} ${spell(median(runs.map((usage) => usage[name])))}`;
  const names = ['service', 'postgres', 'nats', 'publisher', 'receiver'] as const;
  return `CPU µs per delivery: ${names.map(each).join(', ')}`;
}
