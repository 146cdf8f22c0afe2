import type { Knex } from 'knex';

/**
 * Whether a stream had accepted a message as new when its `Nats-Msg-Id` was remembered. Entries from before this
 * migration have keys that consist of the id alone and no longer match any message.
 */
export const messageOrigins = {
  name: '0012-message-origins',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table message_ids add column of_stream boolean not null default false');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table message_ids drop column of_stream');
  },
};
