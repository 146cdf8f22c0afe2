import type { Bench } from '../bench.js';
import { addHooks, registerEvent } from '../load/catalog.js';
import { deliverFlood } from '../load/deliver.js';
import { postFlood } from '../load/post.js';
import { growth, readMetrics } from '../metrics.js';
import { type BoundedCount, isWithinBound, lower } from './bounded-count.js';

const SUBJECT = 'bench.gates';
/**
 * The number of webhooks, which keeps enough requests under way for the journal's batches to be those of a busy
 * service.
 */
const WEBHOOKS = 8;
const WINDOW = 4000;
const MAX_TRIES = 3;

/** Measures the statements, commits and CPU per delivery while messages never run out. */
export async function saturationGates(bench: Bench): Promise<readonly BoundedCount[]> {
  const eventId = await registerEvent(bench.service.api, SUBJECT);
  await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin: `${bench.receiver.origin}/pick` });
  await flood(bench, bench.plan.warmUpMessages);
  await postFlood(bench, { subject: SUBJECT, count: bench.plan.warmUpMessages });
  let best: readonly BoundedCount[] | undefined;
  for (let tries = 1; tries <= MAX_TRIES && !best?.every(isWithinBound); tries++)
    best = lower(await measure(bench), best);
  return best ?? [];
}

const flood = (bench: Bench, messages: number) =>
  deliverFlood(bench, { subject: SUBJECT, messages, window: WINDOW, picks: { from: 0, count: WEBHOOKS } });

async function measure(bench: Bench): Promise<readonly BoundedCount[]> {
  const { database, service, plan } = bench;
  const { messages } = plan;
  const yardstick = await postFlood(bench, { subject: SUBJECT, count: plan.yardstickRequests });
  const before = await readMetrics(service.metrics);
  const writes = await database.writes();
  const { usage } = await flood(bench, messages);
  const commits = (await database.writes()) - writes;
  const statements = growth('hukz_journal_statements_total', before, await readMetrics(service.metrics));
  return [
    {
      what: 'SQL statements per 1,000 deliveries',
      value: (statements * 1000) / messages,
      atMost: 20,
      worse: 'the path of a message got another statement, or the batches of the journal became smaller',
    },
    {
      what: 'commits per 1,000 deliveries',
      value: (commits * 1000) / messages,
      atMost: 15,
      worse: 'the path of a message got another commit, or the batches of the journal became smaller',
    },
    {
      what: 'CPU of the service per delivery, in requests of the bare loop (B0)',
      value: usage.service / yardstick.cpu,
      atMost: 7,
      worse: 'the path of a message costs more CPU: npm run bench -- --profile W1 shows where',
    },
  ];
}
