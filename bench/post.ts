import { readCpuSeconds } from '../internal/local/process-usage.js';
import type { Bench } from './bench.js';
import { checkArrivals } from './checks.js';
import type { Rate } from './deliver.js';
import type { Latencies } from './workers/arrivals.js';

/** Requests under way at the same time. */
export const IN_FLIGHT = 64;

export interface Posted {
  readonly perSecond: number;
  /** CPU microseconds of the sender a request. */
  readonly cpu: number;
}

/** The yardstick B0, a run: a bare undici loop in a process of its own, same bytes, same receiver. */
export async function postFlood(bench: Bench, subject: string, count: number): Promise<Posted> {
  const posts = await prepare(bench, subject, count);
  const before = await readCpuSeconds(bench.yardstick.pid);
  const [startAt] = await Promise.all([bench.yardstick.ask('flood', posts), bench.receiver.untilAll(count)]);
  const cpu = (((await readCpuSeconds(bench.yardstick.pid)) - before) * 1e6) / count;
  const report = await bench.receiver.report();
  checkArrivals(report, count);
  return { perSecond: (count * 1000) / (report.lastAt - startAt), cpu };
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
