import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { type Ledger, readLedger, writeLedger } from '../import/ledger.js';
import { beginReading, type GoEvent, type GoWebhook, readGoEvents, readGoWebhooks } from '../rows/read-tables.js';
import { type BackNote, goNotes } from './go-notes.js';
import { type OurEventRow, type OurWebhookRow, readOurEvents, readOurWebhooks } from './read-ours.js';
import { toGoEvent, toGoWebhook } from './to-go-rows.js';
import { raiseSequence, writeGoEvents, writeGoWebhooks } from './write-go-rows.js';

export interface BackParts extends SecretStore {
  /** The schema with the tables of the Go service. */
  readonly schema: string;
  /** Changes nothing, after everything was tried. */
  readonly dryRun: boolean;
}

export interface BackReport {
  readonly events: number;
  readonly webhooks: number;
  readonly notes: readonly BackNote[];
}

class DryRun extends Error {
  constructor(readonly report: BackReport) {
    super('nothing was changed');
  }
}

/**
 * Writes what was made, changed or deleted here into the tables of the Go service, in one transaction. A row that the
 * Go service changed since stays as it is there.
 */
export async function bringBack(parts: BackParts): Promise<BackReport> {
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

async function bring(trx: Db, { schema, vault }: BackParts): Promise<BackReport> {
  await beginReading(trx);
  await trx.raw('lock table events, webhooks, webhook_events, go_imports in share row exclusive mode');
  // A Go service that still runs changes nothing between the comparison and the end.
  await trx.raw('lock table ??.events, ??.webhooks, ??.webhook_events in share row exclusive mode', [
    schema,
    schema,
    schema,
  ]);
  const notes: BackNote[] = [];

  const goEvents = byId(await readGoEvents(trx, schema));
  const ourEvents = await readOurEvents(trx);
  const events = changedHere('event', { ours: ourEvents, go: goEvents, ledger: await readLedger(trx, 'event') }, notes);
  await writeGoEvents(
    trx,
    schema,
    events.map((event) => toGoEvent(event, goEvents.get(event.id))),
  );

  const goWebhooks = byId(await readGoWebhooks(trx, schema));
  const ourWebhooks = await readOurWebhooks({ db: trx, vault });
  const webhooks = changedHere(
    'webhook',
    { ours: ourWebhooks, go: goWebhooks, ledger: await readLedger(trx, 'webhook') },
    notes,
  );
  const used = new Set(ourEvents.filter(({ deleted_at }) => deleted_at === null).map(({ id }) => id));
  await writeGoWebhooks(
    trx,
    schema,
    webhooks.map((webhook) => toGoWebhook(webhook, goWebhooks.get(webhook.id), used)),
  );

  for (const table of ['events', 'webhooks'] as const) await raiseSequence(trx, schema, table);
  await remember(trx, schema, { events, webhooks });
  return {
    events: events.length,
    webhooks: webhooks.length,
    notes: [...notes, ...(await goNotes(trx, { events: ourEvents, webhooks: ourWebhooks }))],
  };
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<number, Row> {
  return new Map(rows.map((row) => [Number(row.id), row]));
}

interface Sides<Row> {
  readonly ours: readonly Row[];
  readonly go: ReadonlyMap<number, GoEvent | GoWebhook>;
  readonly ledger: Ledger;
}

/** Our rows that differ from what was imported or brought back before. */
function changedHere<Row extends OurEventRow | OurWebhookRow>(
  kind: BackNote['kind'],
  { ours, go, ledger }: Sides<Row>,
  notes: BackNote[],
): readonly Row[] {
  return ours.filter(({ id, revision }) => {
    const entry = ledger.get(id);
    if (entry?.revision === revision) return false;
    const isSame = entry ? go.get(id)?.hash === entry.hash : !go.has(id);
    if (!isSame)
      notes.push({ kind, id, says: 'it was changed or made on both sides: it stays as the Go service has it' });
    return isSame;
  });
}

interface Brought {
  readonly events: readonly OurEventRow[];
  readonly webhooks: readonly OurWebhookRow[];
}

async function remember(trx: Db, schema: string, { events, webhooks }: Brought): Promise<void> {
  const hashes = {
    event: byId(await readGoEvents(trx, schema)),
    webhook: byId(await readGoWebhooks(trx, schema)),
  };
  for (const [kind, rows] of [['event', events] as const, ['webhook', webhooks] as const])
    await writeLedger(
      trx,
      kind,
      rows.flatMap(({ id }) => {
        const hash = hashes[kind].get(id)?.hash;
        return hash === undefined ? [] : [{ id, hash }];
      }),
    );
}
