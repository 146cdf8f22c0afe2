import { readCpuSeconds } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { checkArrivals } from '../checks.js';
import type { Latencies } from '../latencies.js';
import type { Rate } from './plan.js';

/** The number of requests under way at the same time. */
export const IN_FLIGHT = 64;

export interface Posted {
  readonly perSecond: number;
  /** CPU microseconds of the sender per request. */
  readonly cpu: number;
}

/** The requests to send. Default: 1 KiB (the value of the plan), unsigned. */
export interface Post {
  readonly subject: string;
  readonly count: number;
  readonly bytes?: number;
  readonly signed?: boolean;
}

/**
 * Runs the yardstick B0: a bare undici loop in a separate process, with the same bytes and the same receiver. B1 also
 * signs the bodies.
 */
export async function postFlood(bench: Bench, post: Post): Promise<Posted> {
  const { count } = post;
  const posts = await prepare(bench, post);
  const before = await readCpuSeconds(bench.yardstick.pid);
  const [startAt] = await Promise.all([bench.yardstick.ask('flood', posts), bench.receiver.untilAll(count)]);
  const cpu = (((await readCpuSeconds(bench.yardstick.pid)) - before) * 1e6) / count;
  const report = await bench.receiver.report();
  checkArrivals(report, count);
  return { perSecond: (count * 1000) / (report.lastAt - startAt), cpu };
}

/**
 * Runs the yardstick's loop and a receiver on node:http in one process. It is a second yardstick, with which reference
 * figures elsewhere were measured.
 */
export async function postToItself(bench: Bench, { subject, count }: Post): Promise<Posted> {
  const { payloadBytes: bytes } = bench.plan;
  const posts = { subject, run: bench.nextRun(), count, bytes, signed: false, inFlight: IN_FLIGHT };
  const before = await readCpuSeconds(bench.yardstick.pid);
  const ms = await bench.yardstick.ask('floodItself', posts);
  const cpu = (((await readCpuSeconds(bench.yardstick.pid)) - before) * 1e6) / count;
  return { perSecond: (count * 1000) / ms, cpu };
}

/** Runs the yardstick at a constant rate. */
export async function postPaced(bench: Bench, subject: string, rate: Rate): Promise<Latencies> {
  const { perSecond, messages: count } = rate;
  const posts = await prepare(bench, { subject, count });
  const [startAt] = await Promise.all([
    bench.yardstick.ask('pace', { ...posts, perSecond }),
    bench.receiver.untilAll(count),
  ]);
  const report = await bench.receiver.report({ startAt, perSecond });
  checkArrivals(report, count);
  if (!report.latencies) throw new Error('no latencies of a run at a constant rate');
  return report.latencies;
}

async function prepare(bench: Bench, { subject, count, bytes = bench.plan.payloadBytes, signed = false }: Post) {
  const run = bench.nextRun();
  await bench.receiver.begin({ run, messages: count, fanOut: 1 });
  const { origin } = bench.receiver;
  return { origin, subject, run, count, bytes, signed, inFlight: IN_FLIGHT };
}
