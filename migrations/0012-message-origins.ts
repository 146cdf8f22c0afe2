import type { Knex } from 'knex';

/**
 * Whether a stream had taken a message as new when its `Nats-Msg-Id` was remembered. What was remembered before this
 * migration has keys of the id alone, which match nothing any more.
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
