import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, type } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../options.js';
import type { Line } from '../row.js';

/** Writes the measurements and a description of the machine to `<directory>/<date>.json`. Returns the path. */
export async function save(
  directory: string,
  { plan, receiverKind }: Pick<Options, 'plan' | 'receiverKind'>,
  lines: readonly Line[],
): Promise<string> {
  const date = new Date().toISOString();
  const path = join(directory, `${date.slice(0, 19).replaceAll(':', '')}.json`);
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    system: `${type()} ${release()}`,
    node: process.version,
  };
  await mkdir(directory, { recursive: true });
  await writeFile(path, `${JSON.stringify({ date, machine, receiver: receiverKind, plan, lines }, null, 2)}\n`);
  return path;
}
