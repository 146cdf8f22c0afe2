import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.js';
import { checkArrivals, checkLogged, checkNoneDropped } from './checks.js';
import type { Database } from './database.js';
import { BenchFailure } from './failure.js';
import { readMetrics } from './metrics.js';
import { readUsage, type Usage, usageEach } from './usage.js';
import type { Latencies } from './workers/arrivals.js';

export interface Delivered {
  readonly perSecond: number;
  readonly latencies?: Latencies;
  /** CPU microseconds a delivery. */
  readonly usage: Usage;
}

/** Publishes as fast as the service delivers, and checks that all arrived once and are logged. */
export function deliverFlood(bench: Bench, subject: string, count: number): Promise<Delivered> {
  const { payloadBytes: bytes, window } = bench.plan;
  return deliver(bench, count, {
    publish: (run) => bench.publisher.ask('flood', { subject, run, count, bytes, window }),
    onProgress: (arrived) => void bench.publisher.ask('progress', arrived).catch(() => undefined),
  });
}

/** Publishes at a constant rate, whatever becomes of it. */
export function deliverPaced(bench: Bench, subject: string, rate: Rate): Promise<Delivered> {
  const { perSecond, messages: count } = rate;
  const bytes = bench.plan.payloadBytes;
  return deliver(bench, count, {
    publish: (run) => bench.publisher.ask('pace', { subject, run, count, bytes, perSecond }),
    perSecond,
  });
}

export interface Rate {
  readonly perSecond: number;
  readonly messages: number;
}

interface Way {
  /** Answers when the first message was published, or was to be. */
  publish(run: number): Promise<number>;
  onProgress?(arrived: number): void;
  /** The rate of publishing; absent when there is none, and so no latency. */
  readonly perSecond?: number;
}

async function deliver(bench: Bench, count: number, way: Way): Promise<Delivered> {
  const { database, receiver, service } = bench;
  const run = bench.nextRun();
  await receiver.begin(run, count);
  const since = new Date();
  const metrics = await readMetrics(service.metrics);
  const before = await readUsage(bench.pids);
  const [startAt] = await Promise.all([way.publish(run), receiver.untilAll(count, way.onProgress)]);
  await untilNothingIsOwed(database);
  const after = await readUsage(bench.pids);
  // After the last commit: a double may have come late.
  const report = await receiver.report(way.perSecond === undefined ? undefined : { startAt, perSecond: way.perSecond });
  checkArrivals(report, count);
  checkNoneDropped(metrics, await readMetrics(service.metrics));
  checkLogged(await database.logged(run, since), count);
  return {
    perSecond: (count * 1000) / (report.lastAt - startAt),
    usage: usageEach(before, after, count),
    ...(report.latencies && { latencies: report.latencies }),
  };
}

const SETTLED_WITHIN_MS = 10_000;

async function untilNothingIsOwed(database: Database): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (let owed = await database.owed(); owed > 0; owed = await database.owed()) {
    if (Date.now() > deadline)
      throw new BenchFailure(`${owed} deliveries are still owed ${SETTLED_WITHIN_MS / 1000} s after the last arrival`);
    await sleep(25);
  }
}
