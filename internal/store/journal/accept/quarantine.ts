import type { Message } from '../../../domain/message/message.js';
import type { SchemaProblem, Violation } from '../../../domain/schema/event-schema.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import type { Persevere } from '../persevere.js';
import { writeHeaders } from './header-bytes.js';

const QUARANTINE: Statement = {
  text: `insert into quarantine (id, received_at, subject, headers, payload, error, event, schema_version, problems)
         values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
};

/** The reason for which a message is kept apart: PostgreSQL cannot store it, or it breaks the schema of an event. */
export type QuarantineReason = { readonly error: string } | { readonly violation: Violation };

export interface QuarantineDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
}

/**
 * Stores a message in `quarantine`, byte for byte, with the reason. A message that is there already stays as it is.
 * Retries through outages.
 */
export async function quarantine(
  { pool, persevere }: QuarantineDeps,
  message: Message,
  why: QuarantineReason,
): Promise<void> {
  const subject = Buffer.from(message.subject);
  const headers = Buffer.from(writeHeaders(message.headers));
  const payload = Buffer.from(message.payload);
  const values = [message.id, message.receivedAt, subject, headers, payload, ...reasonCells(why)];
  await persevere({ name: 'quarantine', run: () => pool.run(QUARANTINE, values) });
}

function reasonCells(why: QuarantineReason): readonly (string | null)[] {
  if ('error' in why) return [storable(why.error), null, null, null];
  const { event, version, problems } = why.violation;
  const [first] = problems;
  return [storable(first ? sentenceOf(first) : ''), event, version, JSON.stringify(problems)];
}

const sentenceOf = ({ at, problem }: SchemaProblem) => `${at} ${problem}`.trim();

const storable = (text: string) => text.replaceAll('\0', '\uFFFD');
