import type { Knex } from 'knex';

/**
 * The headers of a receiver's answer, as lines `name: value`. Null if they were not kept, and in rows of instances from
 * before this migration. A column that is null costs a row nothing.
 */
export const responseHeaders = {
  name: '0031-response-headers',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table webhook_logs add column response_headers text');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table webhook_logs drop column response_headers');
  },
};
