import type { Knex } from 'knex';
import { indexConcurrently } from './index-concurrently.js';

/** Whoever looks for what the webhooks deleted of late are still owed reads those, and not all the others. Built while others write. */
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
