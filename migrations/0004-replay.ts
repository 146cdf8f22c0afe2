import type { Knex } from 'knex';

/**
 * The webhooks that a message was owed to, kept with the message; deliveries that are sent again, and the jobs that
 * request them.
 */
export const replay = {
  name: '0004-replay',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      -- These columns are written once, by the statement that accepts the message. All other tables are compared with
      -- them when the account is closed.
      alter table messages add column owed_to integer[] not null default '{}',
        add column delivery_ids uuid[] not null default '{}';
      update messages m set owed_to = owed.webhooks, delivery_ids = owed.ids
      from (
        select message_id, received_at, array_agg(webhook_id order by id) as webhooks, array_agg(id order by id) as ids
        from (
          select message_id, received_at, webhook_id, id from deliveries
          union select message_id, received_at, webhook_id, id from dead_letters
          union select message_id, received_at, webhook_id, delivery_id from webhook_logs
        ) as known group by message_id, received_at
      ) as owed
      where m.id = owed.message_id and m.received_at = owed.received_at;

      -- The time comes first: messages are read in their order, and inserts go to the right end of the index.
      alter table messages drop constraint messages_pkey, add primary key (received_at, id);

      alter table deliveries add column replay boolean not null default false;
      -- The index is partial, so that the hot path never touches it.
      create index deliveries_replay on deliveries (webhook_id) where replay;

      alter table dead_letters add column event text, add column created_by_id bigint;
      update dead_letters d set event = m.subject from messages m where m.id = d.message_id and m.received_at = d.received_at;
      update dead_letters d set created_by_id = w.created_by_id from webhooks w where w.id = d.webhook_id;
      drop index dead_letters_webhook;
      create index dead_letters_webhook on dead_letters (webhook_id, received_at, id);
      create index dead_letters_user on dead_letters (created_by_id, died_at desc, id desc);
      create index dead_letters_died on dead_letters (died_at);

      create table replays (
        id uuid primary key default gen_random_uuid(),
        created_at timestamptz not null default now(),
        created_by_id bigint not null,
        webhook_id integer not null,
        outcome text not null,
        since timestamptz not null,
        until timestamptz not null,
        event text,
        state text not null default 'running',
        total integer not null,
        done integer not null default 0,
        -- The last row that the job examined. The instance that continues the job starts after it.
        cursor_at timestamptz,
        cursor_id text,
        next_at timestamptz not null default now(),
        finished_at timestamptz,
        error text
      );
      create index replays_running on replays (next_at) where state = 'running';
      create index replays_webhook on replays (webhook_id, created_at desc);
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop table replays;
      drop index dead_letters_user, dead_letters_died, dead_letters_webhook;
      create index dead_letters_webhook on dead_letters (webhook_id, died_at);
      alter table dead_letters drop column event, drop column created_by_id;
      alter table deliveries drop column replay;
      alter table messages drop constraint messages_pkey, add primary key (id, received_at);
      alter table messages drop column owed_to, drop column delivery_ids;
    `);
  },
};
