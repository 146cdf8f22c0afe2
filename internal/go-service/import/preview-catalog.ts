import type { SubjectRules } from '../../domain/matching/subject.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { beginReading, readGoEvents, readGoWebhooks } from '../rows/read-tables.js';
import { type Living, takeEvent } from '../rows/take-event.js';
import { takeWebhook } from '../rows/take-webhook.js';
import type { ImportReport } from './import-catalog.js';
import { planRows } from './plan.js';

export interface PreviewParts {
  readonly db: Db;
  readonly schema: string;
  readonly rules: SubjectRules;
}

/** Reports what an import would bring into an empty database of hukz. It reads the tables of the Go service alone. */
export function previewCatalog({ db, schema, rules }: PreviewParts): Promise<ImportReport> {
  return inTransaction(db, async (trx) => {
    await beginReading(trx);
    const now = new Date().toISOString();
    const living: Living = new Map();
    const events = (await readGoEvents(trx, schema)).map((event) => takeEvent(event, rules, living, now));
    const used = new Set(living.values());
    const webhooks = (await readGoWebhooks(trx, schema)).map((webhook) =>
      takeWebhook(webhook, (id) => used.has(id), now),
    );
    const notes = [
      ...planRows('event', events, new Map(), new Map()).notes,
      ...planRows('webhook', webhooks, new Map(), new Map()).notes,
    ];
    return { events: events.length, webhooks: webhooks.length, notes };
  });
}

/** Whether the database has the tables into which the import writes. */
export async function hasOurTables(db: Db): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { found: boolean }[] }>(
    `select to_regclass('go_imports') is not null as found`,
  );
  return rows[0]?.found ?? false;
}
