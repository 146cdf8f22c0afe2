import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { BenchFailure } from '../failure.js';
import { maxStallMs, readMetrics } from '../metrics.js';

export interface Hook {
  readonly eventId: number;
  readonly url: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Default: user 1 in space 0. */
  readonly owner?: { readonly userId: number; readonly spaceId: number } | undefined;
  /** Further fields of the request body. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

const FIRST_OWNER = { userId: 1, spaceId: 0 };

/** Registers an event and one webhook on it through the API. The webhook is active when this resolves. */
export async function registerHook(api: string, { subject, url }: { subject: string; url: string }): Promise<number> {
  return addHook(api, { eventId: await registerEvent(api, subject), url, tags: { bench: subject } });
}

/** Returns the id of the event. */
export async function registerEvent(api: string, subject: string): Promise<number> {
  return (await post(`${api}/events`, { name: subject, event: subject })).id;
}

/** Creates a space with limits. */
export async function addSpace(
  api: string,
  space: { readonly id: number; readonly limits: Readonly<Record<string, number>> },
): Promise<void> {
  await post(`${api}/spaces`, space);
}

/** Returns the id of the webhook. */
export async function addHook(api: string, hook: Hook): Promise<number> {
  const { eventId, url, tags, owner = FIRST_OWNER, fields } = hook;
  const body = { name: 'bench', url, event_ids: [eventId], tags, space_id: owner.spaceId, ...fields };
  return (await post(`${api}/webhooks`, body, owner.userId)).id;
}

/**
 * Creates many webhooks on one event: the first through the API, the others as copies of its row, because a hundred
 * thousand requests would take longer than everything else. They differ by their tag `pick`, numbered from `first`, and
 * by the last part of their path. Resolves when they are active, with the longest delay of the service's event loop
 * meanwhile, in milliseconds.
 */
export async function addHooks(bench: Bench, hooks: ManyHooks): Promise<number> {
  const { api, metrics } = bench.service;
  const { eventId, first, count, origin, owner, fields } = hooks;
  const before = (await readMetrics(metrics)).get('hukz_catalog_webhooks') ?? 0;
  const hookAt = (number: number) => ({ eventId, url: `${origin}/hook/${number}`, tags: { pick: String(number) } });
  const original = await addHook(api, { ...hookAt(first), owner, fields });
  const columns = await copiedColumns(bench);
  await bench.database.run(
    `with copies as (
       insert into webhooks (${columns.join(', ')}, url, tags)
       select ${columns.map((column) => `w.${column}`).join(', ')}, $4::text || n, jsonb_build_object('pick', n::text)
       from webhooks w, generate_series($2::int, $3::int) n where w.id = $1
       returning id
     ) insert into webhook_events (webhook_id, event_id) select id, $5::int from copies`,
    [original, first + 1, first + count - 1, `${origin}/hook/`, eventId],
  );
  return untilInCatalog(metrics, before + count);
}

export interface ManyHooks extends Pick<Hook, 'eventId' | 'owner' | 'fields'> {
  readonly first: number;
  readonly count: number;
  readonly origin: string;
}

/** All columns except those that PostgreSQL or a trigger writes and those that differ. New columns are included. */
async function copiedColumns({ database }: Bench): Promise<readonly string[]> {
  const rows = await database.run<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'hukz' and table_name = 'webhooks' and is_identity = 'NO'
       and column_name not in ('url', 'tags')`,
  );
  return rows.map(({ name }) => name);
}

const CATALOG_WITHIN_MS = 120_000;

async function untilInCatalog(url: string, webhooks: number): Promise<number> {
  const deadline = Date.now() + CATALOG_WITHIN_MS;
  let stallMs = 0;
  for (;;) {
    const metrics = await readMetrics(url);
    const loaded = metrics.get('hukz_catalog_webhooks') ?? 0;
    // Each scrape resets the maximum.
    stallMs = Math.max(stallMs, maxStallMs(metrics));
    if (loaded >= webhooks) return stallMs;
    if (Date.now() > deadline) throw new BenchFailure(`the service has loaded ${loaded} webhooks of ${webhooks}`);
    await sleep(100);
  }
}

async function post(url: string, body: unknown, userId = 1): Promise<{ readonly id: number }> {
  const headers = { 'content-type': 'application/json', 'x-user': String(userId) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new BenchFailure(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: number };
}
