import type { Knex } from 'knex';
import { indexConcurrently, indexPartitions } from './index-concurrently.js';

const LOG_INDEXES = [
  {
    // This index replaces the one of tags alone. The expression must be identical to the one in store/log-filter.ts.
    name: 'webhook_logs_marks',
    definition: `using gin (tags jsonb_path_ops,
      (array[webhook_id::bigint * 4, space_id * 4 + 1, hashtext(event)::bigint * 4 + 2]))`,
  },
  // These indexes are partial: a delivery that succeeds never touches them.
  {
    name: 'webhook_logs_failed',
    definition: `(created_by_id, created_at desc, id desc) where outcome <> 'delivered'`,
  },
  {
    name: 'webhook_logs_ends',
    definition: `(created_by_id, outcome, created_at desc, id desc) where outcome not in ('delivered', 'failed')`,
  },
];

/**
 * Indexes for millions of logs, and for a million deliveries that wait for one webhook. The indexes are built
 * concurrently, one partition after the other, so that no writer waits for a build; this is why there is no
 * transaction. An interrupted migration can run again.
 */
export const scale = {
  name: '0006-scale',
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    for (const index of LOG_INDEXES) await indexPartitions(knex, { table: 'webhook_logs', ...index });
    await knex.raw('drop index if exists webhook_logs_tags');
    // The index contains only deliveries without an owner: a delivery that is sent at once never touches it.
    await indexConcurrently(knex, 'deliveries_waiting', 'on deliveries (webhook_id, due_at) where owner is null');
  },

  async down(knex: Knex): Promise<void> {
    await indexPartitions(knex, {
      table: 'webhook_logs',
      name: 'webhook_logs_tags',
      definition: 'using gin (tags jsonb_path_ops)',
    });
    await knex.raw(
      'drop index if exists deliveries_waiting, webhook_logs_ends, webhook_logs_failed, webhook_logs_marks',
    );
  },
};
