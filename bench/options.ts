import { parseArgs } from 'node:util';
import { BenchFailure } from './failure.js';
import { FULL, type Plan, QUICK } from './load/plan.js';
import type { Row } from './row.js';
import { rows } from './rows/all.js';
import type { ReceiverKind } from './workers/receiver.js';

export interface Options {
  readonly plan: Plan;
  readonly rows: readonly Row[];
  readonly receiverKind: ReceiverKind;
  readonly profile: boolean;
  readonly workers: number | undefined;
}

export const USAGE = `usage: npm run bench -- [--quick] [--http] [--profile] [--workers N] [row ...]
  --quick    fewer and shorter runs, all rows in under four minutes
  --http     a receiver on node:http, twice the cost of the default one on bare sockets
  --profile  save a CPU profile of the service in bench/results and show a summary; the service is the one that
             W1, W1l, W2 and W7 use
  --workers  the number of processes of the service (WORKERS)
rows (* runs only if named):
${rows.map(({ row, inAll }) => `  ${row.id.padEnd(6)}${inAll ? ' ' : '*'} ${row.title}`).join('\n')}`;

/** Returns the options of the command line, or undefined for a request for help. @throws {BenchFailure} */
export function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const unknown = positionals.filter((name) => !rows.some(({ row }) => row.id === name));
  if (unknown.length > 0) throw new BenchFailure(`unknown row ${unknown.join(', ')}\n${USAGE}`);
  const wanted = rows.filter(({ row, inAll }) => (positionals.length > 0 ? positionals.includes(row.id) : inAll));
  return {
    plan: values.quick ? QUICK : FULL,
    rows: wanted.map(({ row }) => row),
    receiverKind: values.http ? 'http' : 'bare',
    profile: values.profile,
    workers: values.workers === undefined ? undefined : wholeNumber(values.workers),
  };
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { quick: flag, http: flag, profile: flag, help: flag, workers: { type: 'string' } },
    });
  } catch (error) {
    throw new BenchFailure(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new BenchFailure(`--workers must be a number from 1 to 999, not ${text}\n${USAGE}`);
  return Number(text);
}
