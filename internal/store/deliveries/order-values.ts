import { orderValue } from '../../domain/delivery/order-key.js';
import { MessageView } from '../../domain/matching/message-view.js';
import type { Ordering } from '../../domain/matching/webhook-settings.js';
import { echo } from '../../domain/text/echo.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { Db } from '../postgres/knex.js';
import { bySize } from '../webhooks/by-size.js';
import type { MessageKey } from './message-payloads.js';

/** Maximum size of headers or payloads that are in memory at once. Each of them is only searched for its key. */
const STEP_BYTES = 1024 * 1024;
/** Maximum length of a key in the answer. A payload may contain a longer one. */
const MAX_CHARACTERS = 256;

interface SizeRow {
  readonly id: string;
  readonly received_at: string;
  readonly bytes: number;
}

interface PartRow {
  readonly id: string;
  readonly subject: string;
  readonly received_at: Date;
  readonly part: Uint8Array | null;
}

/** Returns the ordering keys of messages, by message id. Only the part of a message that contains the key is read. */
export async function orderValues(
  db: Db,
  ordering: Ordering | undefined,
  messages: readonly MessageKey[],
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  if (!ordering || ordering.by === 'webhook' || messages.length === 0) return values;
  const isInPayload = 'pointer' in ordering;
  const column = isInPayload ? 'm.payload' : 'm.headers';
  const read = async <Row>(columns: string, keys: readonly MessageKey[]): Promise<readonly Row[]> => {
    const { rows } = await db.raw(
      `select m.id, ${columns} from unnest(?::uuid[], ?::timestamptz[]) as wanted (id, received_at)
       join messages m on m.id = wanted.id and m.received_at = wanted.received_at`,
      [keys.map(({ messageId }) => messageId), keys.map(({ receivedAt }) => receivedAt)],
    );
    return rows;
  };
  const sizes = await read<SizeRow>(
    `m.received_at::text as received_at, coalesce(octet_length(${column}), 0) as bytes`,
    messages,
  );
  for (const step of bySize(sizes, ({ bytes }) => bytes, STEP_BYTES)) {
    const keys = step.map(({ id, received_at }) => ({ messageId: id, receivedAt: received_at }));
    for (const row of await read<PartRow>(`m.subject, m.received_at, ${column} as part`, keys)) {
      const { id, subject, part } = row;
      const payload = isInPayload && part ? part : NOTHING;
      const headers = isInPayload ? [] : readHeaders(part);
      const value = orderValue(ordering, new MessageView(subject, headers, payload, row.received_at.getTime()));
      if (value !== undefined) values.set(id, echo(value, MAX_CHARACTERS));
    }
  }
  return values;
}

const NOTHING = new Uint8Array();
