import { join } from 'node:path';
import { readCpuSeconds } from '../internal/local/process-usage.js';
import { BenchFailure } from './failure.js';
import { readMetrics } from './metrics.js';
import { type Options, readOptions, USAGE } from './options.js';
import { type Profiled, profileSummary } from './report/profile-summary.js';
import { save } from './report/save.js';
import { table } from './report/table.js';
import type { Line } from './row.js';
import { withBench } from './with-bench.js';

// The path is relative to dist/bench/run.js.
const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'results');

const say = (text: string) => void process.stderr.write(`bench: ${text}\n`);

interface Measured {
  readonly lines: readonly Line[];
  /** The profile of the main service. */
  readonly profiled: Profiled;
}

/** Measures the rows one after the other. */
async function measure(options: Options): Promise<Measured> {
  return withBench({ ...options, profileIn: options.profile ? RESULTS : undefined, say }, async (bench) => {
    const { pid, readyAfterMs, metrics } = bench.service;
    const before = await readCpuSeconds(pid);
    const lines: Line[] = [];
    for (const row of options.rows) {
      say(`${row.id}: ${row.title}`);
      lines.push(...(await row.run(bench)));
    }
    const deliveries = (await readMetrics(metrics)).get('hukz_deliveries_accepted_total') ?? Number.NaN;
    return { lines, profiled: { readyAfterMs, deliveries, cpuSeconds: (await readCpuSeconds(pid)) - before } };
  });
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { lines, profiled } = await measure(options);
  process.stdout.write(`\n${table(lines)}\n`);
  if (options.profile) process.stdout.write(`\n${await profileSummary(RESULTS, profiled)}\n`);
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
