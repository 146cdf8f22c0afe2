import type { Message } from '../../domain/message.js';
import { writeHeaders } from './header-bytes.js';
import type { JournalPool, Statement } from './journal-pool.js';

const QUARANTINE: Statement = {
  text: `insert into quarantine (id, received_at, subject, headers, payload, error)
         values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6) on conflict do nothing`,
};

/** Puts aside a message that its table can never hold, byte for byte, with PostgreSQL's reason. */
export async function quarantine(pool: JournalPool, message: Message, error: string): Promise<void> {
  const subject = Buffer.from(message.subject);
  const headers = Buffer.from(writeHeaders(message.headers));
  const reason = error.replaceAll('\0', '\uFFFD');
  await pool.run(QUARANTINE, [message.id, message.receivedAt, subject, headers, Buffer.from(message.payload), reason]);
}
