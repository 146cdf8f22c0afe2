import type { Knex } from 'knex';
import { indexConcurrently } from './index-concurrently.js';

/** These indexes find the creators of the webhooks that a token sees, deleted ones included: logs are by creator. */
export const webhookCreators = {
  name: '0056-webhook-creators',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    await indexConcurrently(knex, 'webhooks_creator', 'on webhooks (created_by_id)');
    await indexConcurrently(knex, 'webhooks_space_creator', 'on webhooks (space_id, created_by_id)');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop index webhooks_creator');
    await knex.raw('drop index webhooks_space_creator');
  },
};
