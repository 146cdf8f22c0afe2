import type { SubjectRules } from '../../domain/matching/subject.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { findClearDestinations, sealDestination } from '../../store/secrets/seal-destinations.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { beginReading, readGoEvents, readGoSequence, readGoWebhooks } from '../rows/read-tables.js';
import { type Living, type Taken, takeEvent } from '../rows/take-event.js';
import { takeWebhook } from '../rows/take-webhook.js';
import { ImportRefused } from './import-refused.js';
import { type Ledger, readLedger, writeLedger } from './ledger.js';
import { type Current, type Note, planRows } from './plan.js';
import { restartIds, writeEvents, writeWebhooks } from './write-rows.js';

export interface ImportParts extends SecretStore {
  /** The schema with the tables of the Go service. */
  readonly schema: string;
  readonly rules: SubjectRules;
  /** Brings what changed since the import, in place of everything. */
  readonly delta: boolean;
  /** Changes nothing, after everything was tried. */
  readonly dryRun: boolean;
}

export interface ImportReport {
  readonly events: number;
  readonly webhooks: number;
  readonly notes: readonly Note[];
}

/** The Go service may make this many events and webhooks between the import and its stop. */
const ROOM_FOR_IDS = 1000;
const SEAL_BATCH = 200;

/** The end of a dry run, which undoes everything. */
class DryRun extends Error {
  constructor(readonly report: ImportReport) {
    super('nothing was changed');
  }
}

/**
 * Brings events, webhooks and their links from the tables of the Go service, in one transaction. Its tables are only
 * read. @throws {ImportRefused}
 */
export async function importCatalog(parts: ImportParts): Promise<ImportReport> {
  try {
    return await inTransaction(parts.db, async (trx) => {
      const report = await bring(trx, parts);
      if (parts.dryRun) throw new DryRun(report);
      return report;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.report;
    throw error;
  }
}

async function bring(trx: Db, { schema, rules, delta, vault }: ImportParts): Promise<ImportReport> {
  await beginReading(trx);
  // No instance changes events and webhooks meanwhile. They are still read. The snapshot is taken after the lock.
  await trx.raw('lock table events, webhooks, webhook_events, go_imports in share row exclusive mode');
  const ledgers = { events: await readLedger(trx, 'event'), webhooks: await readLedger(trx, 'webhook') };
  const ours = { events: await readOurs(trx, 'events'), webhooks: await readOurs(trx, 'webhooks') };
  requireRightMoment(delta, ledgers.events.size + ledgers.webhooks.size, ours.events.size + ours.webhooks.size);
  const now = await readNow(trx);

  const goEvents = await readGoEvents(trx, schema);
  const living = await livingElsewhere(trx, ledgers.events, ours.events);
  const taken = goEvents.map((event) => takeEvent(event, rules, living, now));
  requireSmallIds(taken);
  const events = planRows('event', taken, ledgers.events, ours.events);
  await writeEvents(trx, rowsOf(events.brought));

  const used = await readUsed(trx);
  const webhooksTaken = (await readGoWebhooks(trx, schema)).map((webhook) =>
    takeWebhook(webhook, (id) => used.has(id), now),
  );
  requireSmallIds(webhooksTaken);
  const webhooks = planRows('webhook', webhooksTaken, ledgers.webhooks, ours.webhooks);
  await writeWebhooks({ db: trx, vault }, rowsOf(webhooks.brought));
  await hideSecrets({ db: trx, vault });

  for (const table of ['events', 'webhooks'] as const) {
    const last = await readGoSequence(trx, schema, table);
    requireRoom(`${schema}.${table}_id_seq`, last);
    await restartIds(trx, table, last + ROOM_FOR_IDS);
  }
  await writeLedger(trx, 'event', events.brought.map(equal));
  await writeLedger(trx, 'webhook', webhooks.brought.map(equal));
  return {
    events: events.brought.length,
    webhooks: webhooks.brought.length,
    notes: [...events.notes, ...webhooks.notes],
  };
}

const rowsOf = <Row>(taken: readonly Taken<Row>[]) => taken.map(({ row }) => row);
const equal = ({ row: { id }, hash, problem }: Taken<{ readonly id: number }>) => ({ id, hash, problem });

function requireRightMoment(delta: boolean, imported: number, present: number): void {
  if (delta && imported === 0)
    throw new ImportRefused('nothing was imported yet: run "hukz import" without --delta first');
  if (!delta && imported > 0)
    throw new ImportRefused('the tables of the Go service were imported already: --delta brings what changed since');
  if (!delta && present > 0)
    throw new ImportRefused(
      `there are ${present} events and webhooks here already: import into a database of hukz that has none`,
    );
}

const MAX_ID = 2_147_483_647;

function requireSmallIds(taken: readonly Taken<{ readonly id: number }>[]): void {
  const large = taken.find(({ row: { id } }) => id > MAX_ID);
  if (large) throw new ImportRefused(`the id ${large.row.id} is above ${MAX_ID}, the largest one of hukz`);
}

function requireRoom(sequence: string, last: number): void {
  if (last + 2 * ROOM_FOR_IDS > MAX_ID)
    throw new ImportRefused(
      `the sequence ${sequence} is at ${last}, and the largest id of hukz is ${MAX_ID}: set the sequence to the largest id ` +
        'of its table with setval() first',
    );
}

async function readNow(trx: Db): Promise<string> {
  const { rows } = await trx.raw<{ rows: { now: string }[] }>('select now()::text as now');
  return rows[0]?.now ?? '';
}

async function readOurs(trx: Db, table: string): Promise<ReadonlyMap<number, Current>> {
  const { rows } = await trx.raw<{ rows: Current[] }>(
    `select id, revision, array(select event_id from webhook_events where webhook_id = t.id order by 1) as event_ids from ?? t`,
    [table],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Events that were made or changed here have their subjects before any event of the Go service. */
async function livingElsewhere(trx: Db, ledger: Ledger, ours: ReadonlyMap<number, Current>): Promise<Living> {
  const rows: { id: number; event: string }[] = await trx('events').whereNull('deleted_at').select('id', 'event');
  const isOurs = ({ id }: { readonly id: number }) => ledger.get(id)?.revision !== ours.get(id)?.revision;
  return new Map(rows.filter(isOurs).map(({ id, event }) => [event.toLowerCase(), id]));
}

async function readUsed(trx: Db): Promise<ReadonlySet<number>> {
  const rows: { id: number }[] = await trx('events').whereNull('deleted_at').select('id');
  return new Set(rows.map(({ id }) => id));
}

/** Stores secret parts of URLs apart, as the API does. */
async function hideSecrets(store: SecretStore): Promise<void> {
  for (let after = 0; ; ) {
    const step = await findClearDestinations(store.db, after, SEAL_BATCH);
    if (!step) return;
    for (const id of step.ids) await sealDestination(store, id);
    after = step.lastId;
  }
}
