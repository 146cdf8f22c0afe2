import type { Knex } from 'knex';

/** `INSTANCE_NAME` of each instance; null for an instance without a name. */
export const instanceNames = {
  name: '0024-instance-names',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table instances add column name text');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table instances drop column name');
  },
};
