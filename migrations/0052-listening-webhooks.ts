import type { Knex } from 'knex';
import { indexConcurrently } from './index-concurrently.js';

/**
 * Each instance looks for expired listening webhooks every 30 s; without this index it would read all webhooks. The
 * index is built without blocking writers.
 */
export const listeningWebhooks = {
  name: '0052-listening-webhooks',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    const isListening = `deleted_at is null and own_settings -> 'listen_ms' is not null`;
    await indexConcurrently(knex, 'webhooks_listening', `on webhooks (id) where ${isListening}`);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop index if exists webhooks_listening');
  },
};
