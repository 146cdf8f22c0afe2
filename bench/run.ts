import { join } from 'node:path';
import { makeEndings } from '../internal/local/endings.js';
import { BenchFailure } from './failure.js';
import { openBench } from './open-bench.js';
import { type Options, readOptions, USAGE } from './options.js';
import { profileSummary } from './profile-summary.js';
import type { Line } from './row.js';
import { save } from './save.js';
import { table } from './table.js';

// Seen from dist/bench/run.js.
const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'results');

const say = (text: string) => void process.stderr.write(`bench: ${text}\n`);

/** Measures the rows; everything that was started has ended when this settles. */
async function measure({ plan, rows, receiverKind, profile, workers }: Options): Promise<readonly Line[]> {
  const endings = makeEndings(say);
  const stop = new AbortController();
  const limit = setTimeout(
    () => stop.abort(new BenchFailure(`not done after ${plan.limitMs / 1000} s, the limit`)),
    plan.limitMs,
  );
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => stop.abort(new BenchFailure(`ended by ${name}`)));
  const aborted = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
  });
  aborted.catch(() => undefined);
  const lines: Line[] = [];
  try {
    const profileIn = profile ? RESULTS : undefined;
    const bench = await openBench({ plan, receiverKind, profileIn, workers, endings, stop, say });
    for (const row of rows) {
      say(`${row.id}: ${row.title}`);
      lines.push(...(await Promise.race([row.run(bench), aborted])));
    }
    return lines;
  } finally {
    clearTimeout(limit);
    await endings.run();
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const lines = await measure(options);
  process.stdout.write(`\n${table(lines)}\n`);
  if (options.profile) process.stdout.write(`\n${await profileSummary(RESULTS)}\n`);
  say(`written to ${await save(RESULTS, options, lines)}`);
  const failed = lines.filter(({ targets }) => targets.some(({ strict, met }) => strict && !met));
  for (const { what } of failed) say(`the gate does not hold: ${what}`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = await main().catch((error: unknown) => {
  say(
    error instanceof BenchFailure ? `failed: ${error.message}` : String(error instanceof Error ? error.stack : error),
  );
  return 1;
});
