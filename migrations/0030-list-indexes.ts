import type { Knex } from 'knex';
import { indexPartitions } from './index-concurrently.js';

const INDEXES = [
  {
    // The index contains only messages that nothing matched, so that no other message ever touches it. The condition
    // must be identical to the one in `message-list.ts`.
    table: 'messages',
    name: 'messages_unmatched',
    definition: `(received_at, id) where owed_to = '{}'`,
  },
  {
    // A log by its id alone. Ids grow with the rows' places, so an index of ranges suffices: an insert seldom changes
    // it, and it has a thousandth of the size of an index of rows.
    table: 'webhook_logs',
    name: 'webhook_logs_ids',
    definition: 'using brin (id) with (pages_per_range = 32, autosummarize = on)',
  },
] as const;

/** Indexes for lists of messages, and for a log by its id. They are built without blocking writers. */
export const listIndexes = {
  name: '0030-list-indexes',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    for (const index of INDEXES) await indexPartitions(knex, index);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop index if exists messages_unmatched, webhook_logs_ids');
  },
};
