import { createHash } from 'node:crypto';
import { connect } from 'nats';
import { GO_SCHEMA } from '../../internal/testkit/go-database/go-schema.js';
import type { Site } from '../site.js';

/** The schema of its tables, which is not the one of hukz. */
export const GO_TABLES = 'go_service';
const GROUP = 'hukz';

export interface GoStandIn {
  /** Takes no more messages, sends those that it has, and ends. */
  stop(): Promise<void>;
}

/**
 * A member of the queue group that behaves as the Go service does: one request per message, one log per answer, no
 * reply. Its tables have one event and one webhook. The id of a request is the one that the import gives to its log.
 */
export async function startGoStandIn(site: Site, name: string, subject: string): Promise<GoStandIn> {
  const { cluster, broker, hooks } = site;
  const url = hooks.urlOf(name);
  await cluster.query(`create schema ${GO_TABLES}`);
  await cluster.query(`${GO_SCHEMA.replaceAll('public', GO_TABLES)}
    insert into events (id, created_at, created_by_id, name, event, tags) values (1, now(), 1, 'Moved', '${subject}', '{}');
    insert into webhooks (id, created_at, created_by_id, name, url, enabled, tags, space_id)
      values (1, now(), 1, 'Moved', '${url}', true, '{}', 0);
    insert into webhook_events values (1, 1);
    select setval('events_id_seq', 1), setval('webhooks_id_seq', 1);`);
  const connection = await connect({ servers: broker.url });
  const open = new Set<Promise<void>>();
  let lastId = 0;
  const send = async (payload: string) => {
    const id = ++lastId;
    const body = JSON.stringify({
      event: subject,
      contains: [subject.split('.')[0]],
      created_at: new Date().toISOString(),
      payload: JSON.parse(payload) as unknown,
    });
    const { status } = await fetch(url, { method: 'POST', body, headers: { 'webhook-id': deliveryIdOf(id) } });
    await cluster.query(
      `insert into ${GO_TABLES}.webhook_logs (id, created_at, created_by_id, event, url, response_status_code, data)
       values ($1, now(), 1, $2, $3, $4, convert_to($5, 'UTF8'))`,
      [id, subject, url, status, body],
    );
  };
  const subscription = connection.subscribe(subject, {
    queue: GROUP,
    callback: (_error, message) => {
      const sent: Promise<void> = send(message.string()).finally(() => open.delete(sent));
      open.add(sent);
    },
  });
  await connection.flush();
  return {
    async stop() {
      await subscription.drain();
      await Promise.all(open);
      await connection.close();
    },
  };
}

/** As `md5('delivery of Go log ' || id)::uuid`. */
function deliveryIdOf(logId: number): string {
  const hex = createHash('md5').update(`delivery of Go log ${logId}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
