import { BenchFailure } from './failure.js';
import { type BoundedCount, isWithinBound } from './gates/bounded-count.js';
import { copyGates } from './gates/copies.js';
import { filterGates } from './gates/filters.js';
import { rowGates } from './gates/rows.js';
import { saturationGates } from './gates/saturation.js';
import { GATES } from './load/plan.js';
import { spell } from './numbers.js';
import { withBench } from './with-bench.js';

// npm run gates checks counts that must not grow, in every build. The benchmark measures speed.
const say = (text: string) => void process.stderr.write(`gates: ${text}\n`);

async function main(): Promise<number> {
  const gates = await withBench(
    { plan: GATES, receiverKind: 'bare', profileIn: undefined, workers: undefined, say },
    async (bench) => [...(await saturationGates(bench)), ...(await copyGates(bench)), ...(await rowGates(bench))],
  );
  // The matching needs no service, and its time does not count towards the limit of the bench.
  gates.push(...filterGates());
  for (const { what, value, atMost } of gates)
    say(`${spell(value).padStart(6)}  at most ${String(atMost).padEnd(4)} ${what}`);
  const worse = gates.filter((gate) => !isWithinBound(gate));
  for (const gate of worse) say(complaint(gate));
  return worse.length > 0 ? 1 : 0;
}

const complaint = ({ what, value, atMost, worse }: BoundedCount) =>
  `GOT WORSE: ${what}: ${spell(value)}, at most ${atMost} are allowed; ${worse}`;

process.exitCode = await main().catch((error: unknown) => {
  say(
    error instanceof BenchFailure ? `failed: ${error.message}` : String(error instanceof Error ? error.stack : error),
  );
  return 1;
});
