import type { Knex } from 'knex';

/**
 * The jobs that erase messages, and the messages that they have erased. A row of `erased_messages` is written in the
 * transaction that empties its message. It keeps the answers of attempts that end later out of the log, and stays until
 * no such attempt can be left.
 */
export const erasures = {
  name: '0057-erasures',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table erasures (
        id uuid primary key default gen_random_uuid(),
        created_at timestamptz not null default now(),
        created_by_id bigint not null,
        -- Either ids, or the other conditions. A condition that is null does not restrict the erasure.
        ids uuid[],
        since timestamptz,
        until timestamptz not null,
        event text,
        space_id bigint,
        -- The text of a filter. It may name the person whose data is erased, so it ends with the job.
        content text,
        state text not null default 'running',
        total integer not null,
        erased integer not null default 0,
        undecided integer not null default 0,
        -- The last row that the job has examined, and whether that was the last one of all.
        cursor text[],
        is_scanned boolean not null default false,
        finished_at timestamptz
      );
      create index erasures_running on erasures (created_at) where state = 'running';
      create index erasures_created on erasures (created_at, id);

      create table erased_messages (
        message_id uuid primary key,
        received_at timestamptz not null,
        delivery_ids uuid[] not null,
        erasure_id uuid not null,
        erased_at timestamptz not null default now(),
        -- When its deliveries, logs and copy are looked at next. Null after the last time.
        sweep_at timestamptz default now(),
        -- When nothing of the message was left for the first time.
        swept_at timestamptz,
        -- Why something is left.
        problem text
      );
      create index erased_messages_due on erased_messages (sweep_at) where sweep_at is not null;
      create index erased_messages_unswept on erased_messages (erasure_id) where swept_at is null;
      create index erased_messages_age on erased_messages (erased_at);

      alter table messages add column erased_at timestamptz;
      alter table webhook_logs add column erased_at timestamptz;
      alter table dead_letters add column erased_at timestamptz;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table dead_letters drop column erased_at;
      alter table webhook_logs drop column erased_at;
      alter table messages drop column erased_at;
      drop table erased_messages, erasures;
    `);
  },
};
