import type { Knex } from 'knex';

/** The recent `Nats-Msg-Id` values, and the messages that PostgreSQL cannot store. */
export const messageIds = {
  name: '0003-message-ids',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table message_ids (
        key uuid primary key,
        message_id uuid not null,
        seen_at timestamptz not null
      );
      create index message_ids_seen on message_ids (seen_at);

      -- All values are bytes: the reason why a message could not be stored must not prevent storing it here.
      create table quarantine (
        id uuid primary key,
        quarantined_at timestamptz not null default now(),
        received_at timestamptz not null,
        subject bytea not null,
        headers bytea not null,
        payload bytea not null,
        error text not null
      );
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop table quarantine, message_ids');
  },
};
