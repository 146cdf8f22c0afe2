import type { Message } from '../../../domain/message/message.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import type { Persevere } from '../persevere.js';
import { writeHeaders } from './header-bytes.js';

const QUARANTINE: Statement = {
  text: `insert into quarantine (id, received_at, subject, headers, payload, error)
         values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6) on conflict do nothing`,
};

export interface QuarantineDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
}

/**
 * Stores a message that its table does not accept in `quarantine`, byte for byte, with PostgreSQL's reason. Retries
 * through outages.
 */
export async function quarantine({ pool, persevere }: QuarantineDeps, message: Message, error: string): Promise<void> {
  const subject = Buffer.from(message.subject);
  const headers = Buffer.from(writeHeaders(message.headers));
  const reason = error.replaceAll('\0', '\uFFFD');
  const values = [message.id, message.receivedAt, subject, headers, Buffer.from(message.payload), reason];
  await persevere({ name: 'quarantine', run: () => pool.run(QUARANTINE, values) });
}
