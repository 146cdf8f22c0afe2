import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { checkArrivals, checkLogged, checkNoneDropped } from '../checks.js';
import { BenchFailure } from '../failure.js';
import type { Latencies } from '../latencies.js';
import { maxStallMs, readMetrics } from '../metrics.js';
import { readUsage, type Usage, usageEach } from '../usage.js';
import type { HttpPublisherCommands } from '../workers/http-publisher.js';
import type { Aside, Picks } from '../workers/publisher.js';
import type { Database, Logged } from './database.js';
import type { Worker } from './worker.js';

/** The messages to publish, and the deliveries to expect. */
export interface Work {
  readonly subject: string;
  readonly messages: number;
  /** The number of webhooks that each message goes to. Default 1. */
  readonly fanOut?: number;
  /** Default: the value of the plan. */
  readonly bytes?: number;
  /** The maximum number of messages under way. Default: the value of the plan. */
  readonly window?: number;
  readonly picks?: Picks;
  /** Messages to unhealthy webhooks at the same time. Their deliveries may still be owed when the run ends. */
  readonly aside?: Aside | undefined;
}

export interface Delivered {
  /** Deliveries per second. */
  readonly perSecond: number;
  readonly latencies: Latencies | undefined;
  /** CPU microseconds per delivery. */
  readonly usage: Usage;
  /** The longest delay of the service's event loop, in milliseconds. */
  readonly stallMs: number;
}

/** Publishes as fast as the service delivers, and checks that each message arrived once and is logged. */
export function deliverFlood(bench: Bench, work: Work): Promise<Delivered> {
  const fanOut = work.fanOut ?? 1;
  const window = work.window ?? Math.ceil(bench.plan.window / fanOut);
  return deliver(bench, work, {
    publish: (run) => bench.publisher.ask('flood', { ...messagesOf(bench, work), run, window }),
    onProgress: (arrived) => void bench.publisher.ask('progress', Math.floor(arrived / fanOut)).catch(() => undefined),
  });
}

/** Publishes at a constant rate, independently of the deliveries. */
export function deliverPaced(bench: Bench, work: Work, perSecond: number): Promise<Delivered> {
  return deliver(bench, work, {
    publish: (run) => bench.publisher.ask('pace', { ...messagesOf(bench, work), run, perSecond }),
    perSecond,
  });
}

export interface OverHttp {
  readonly publisher: Worker<HttpPublisherCommands>;
  readonly connections: number;
  /** The number of messages per request. */
  readonly perRequest: number;
  /** The rate of publishing. Undefined means at full speed. */
  readonly perSecond?: number;
  /** At full speed, the maximum number of messages that are published and have not arrived. Default: no limit. */
  readonly window?: number;
}

/**
 * Publishes over HTTP. At full speed, the answers to the requests are the back-pressure, and they come before the
 * deliveries: only a window keeps the publisher from running ahead.
 */
export function deliverOverHttp(bench: Bench, work: Work, over: OverHttp): Promise<Delivered> {
  const { publisher, connections, perRequest, perSecond, window } = over;
  const { subject, count, bytes } = messagesOf(bench, work);
  const messages = { origin: bench.service.api, subject, count, bytes, connections, perRequest, window };
  if (perSecond === undefined)
    return deliver(bench, work, {
      publish: (run) => publisher.ask('flood', { ...messages, run }),
      onProgress: (arrived) => void publisher.ask('progress', arrived).catch(() => undefined),
    });
  return deliver(bench, work, { publish: (run) => publisher.ask('pace', { ...messages, run, perSecond }), perSecond });
}

/** The latencies of a run at a constant rate. */
export function latenciesOf({ latencies }: Delivered): Latencies {
  if (!latencies) throw new Error('no latencies of a run at full speed');
  return latencies;
}

export const messagesOf = ({ plan }: Pick<Bench, 'plan'>, { subject, messages, bytes, picks, aside }: Work) => ({
  subject,
  count: messages,
  bytes: bytes ?? plan.payloadBytes,
  picks,
  aside,
});

interface Way {
  /** Resolves with the time at which the first message was published, or was intended to be. */
  publish(run: number): Promise<number>;
  onProgress?(arrived: number): void;
  /** The rate of publishing. Without a rate, no latency is measured. */
  readonly perSecond?: number;
}

async function deliver(bench: Bench, work: Work, way: Way): Promise<Delivered> {
  const { database, receiver, service } = bench;
  const { messages, fanOut = 1 } = work;
  const count = messages * fanOut;
  const run = bench.nextRun();
  await receiver.begin({ run, messages, fanOut });
  const since = new Date();
  const metrics = await readMetrics(service.metrics);
  const before = await readUsage(bench.pids);
  const [startAt] = await Promise.all([way.publish(run), receiver.untilAll(count, way.onProgress)]);
  if (!work.aside) await untilNothingIsOwed(database);
  const after = await readUsage(bench.pids);
  if (work.aside) await untilLogged(database, { run, since, deliveries: count });
  // The report is read after the last commit, because a duplicate may arrive late.
  const report = await receiver.report(way.perSecond === undefined ? undefined : { startAt, perSecond: way.perSecond });
  checkArrivals(report, count);
  const later = await readMetrics(service.metrics);
  checkNoneDropped(metrics, later);
  checkLogged(await database.logged(run, since), { messages, deliveries: count });
  return {
    perSecond: (count * 1000) / (report.lastAt - startAt),
    usage: usageEach(before, after, count),
    latencies: report.latencies,
    stallMs: maxStallMs(later),
  };
}

const SETTLED_WITHIN_MS = 10_000;

export async function untilNothingIsOwed(database: Database, withinMs = SETTLED_WITHIN_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (let owed = await database.owed(); owed > 0; owed = await database.owed()) {
    if (Date.now() > deadline)
      throw new BenchFailure(`${owed} deliveries are still owed ${withinMs / 1000} s after the last arrival`);
    await sleep(25);
  }
}

async function untilLogged(
  database: Database,
  { run, since, deliveries }: { readonly run: number; readonly since: Date; readonly deliveries: number },
): Promise<Logged> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const logged = await database.logged(run, since);
    if (logged.deliveries >= deliveries || Date.now() > deadline) return logged;
    await sleep(100);
  }
}
