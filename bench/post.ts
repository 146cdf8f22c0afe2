import type { Bench } from './bench.js';
import { checkArrivals } from './checks.js';
import type { Rate } from './deliver.js';
import type { Latencies } from './workers/arrivals.js';

/** Requests under way at the same time. */
export const IN_FLIGHT = 64;

/** The yardstick B0, a run: a bare undici loop in a process of its own, same bytes, same receiver. Requests a second. */
export async function postFlood(bench: Bench, subject: string, count: number): Promise<number> {
  const posts = await prepare(bench, subject, count);
  const [startAt] = await Promise.all([bench.yardstick.ask('flood', posts), bench.receiver.untilAll(count)]);
  const report = await bench.receiver.report();
  checkArrivals(report, count);
  return (count * 1000) / (report.lastAt - startAt);
}

/** The yardstick at a constant rate. */
export async function postPaced(bench: Bench, subject: string, rate: Rate): Promise<Latencies> {
  const { perSecond, messages: count } = rate;
  const posts = await prepare(bench, subject, count);
  const [startAt] = await Promise.all([
    bench.yardstick.ask('pace', { ...posts, perSecond }),
    bench.receiver.untilAll(count),
  ]);
  const report = await bench.receiver.report({ startAt, perSecond });
  checkArrivals(report, count);
  return report.latencies ?? { p50: Number.NaN, p99: Number.NaN, max: Number.NaN };
}

async function prepare(bench: Bench, subject: string, count: number) {
  const run = bench.nextRun();
  await bench.receiver.begin(run, count);
  const { origin } = bench.receiver;
  return { origin, subject, run, count, bytes: bench.plan.payloadBytes, inFlight: IN_FLIGHT };
}
