import type { Knex } from 'knex';
import { indexConcurrently } from './index-concurrently.js';

/**
 * With this index, the search for deliveries that are owed to recently deleted webhooks reads only those webhooks. The
 * index is built without blocking writers.
 */
export const deletedWebhooks = {
  name: '0011-deleted-webhooks',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    await indexConcurrently(knex, 'webhooks_deleted', 'on webhooks (deleted_at) where deleted_at is not null');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop index if exists webhooks_deleted');
  },
};
