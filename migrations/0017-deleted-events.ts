import type { Knex } from 'knex';
import { indexConcurrently } from './index-concurrently.js';

/**
 * Retention looks for events that were deleted long ago; without this index it would read all of them. The index is
 * built without blocking writers.
 */
export const deletedEvents = {
  name: '0017-deleted-events',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    await indexConcurrently(knex, 'events_deleted', 'on events (deleted_at) where deleted_at is not null');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop index if exists events_deleted');
  },
};
