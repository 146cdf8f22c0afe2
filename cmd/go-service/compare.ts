import { compareServices } from '../../internal/go-service/compare/compare.js';
import { ABSENT } from '../../internal/go-service/compare/differences.js';
import { makeAsk, NoAnswer } from '../../internal/go-service/compare/requests.js';
import { CommandFailed } from '../command-failed.js';
import { plain } from '../output/plain.js';

export interface CompareOptions {
  /** The address of the Go service. */
  readonly with: string;
  /** The address of hukz. */
  readonly url: string;
  /** The user in whose name both are asked. */
  readonly user: number;
}

const MAX_SHOWN = 200;
const MAX_LENGTH = 120;

/** `hukz compare`: sends the same read requests to the Go service and to hukz, and lists the differences. */
export async function compare({ with: old, url, user }: CompareOptions): Promise<void> {
  const asked = compareServices(makeAsk(old, user), makeAsk(url, user));
  const { requests, unknown, known } = await asked.catch((error: unknown) => {
    throw error instanceof NoAnswer ? new CommandFailed(error.message) : error;
  });
  const lines = [
    `${requests} requests to both`,
    ...[...known].map(([says, count]) => `known: ${says} (${count} times; docs/differences.md)`),
    ...unknown.slice(0, MAX_SHOWN).map(({ path, place, old: before, ours }) => {
      return `GET ${path}: ${place} is ${textOf(before)} there and ${textOf(ours)} here`;
    }),
    ...(unknown.length > MAX_SHOWN ? [`… and ${unknown.length - MAX_SHOWN} more differences`] : []),
  ];
  process.stdout.write(plain(`${lines.join('\n')}\n`));
  if (unknown.length > 0) throw new CommandFailed(`${unknown.length} differences are not known`);
}

function textOf(value: unknown): string {
  if (value === ABSENT) return 'absent';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
