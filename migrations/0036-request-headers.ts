import type { Knex } from 'knex';

/**
 * The headers of a request as it was sent, as lines `name: value`. Null if they were not kept, and in rows of instances
 * from before this migration. A column that is null costs a row nothing.
 */
export const requestHeaders = {
  name: '0036-request-headers',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table webhook_logs add column request_headers text');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table webhook_logs drop column request_headers');
  },
};
