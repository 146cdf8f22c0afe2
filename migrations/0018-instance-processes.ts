import type { Knex } from 'knex';

/**
 * The process of each instance. Another instance in the same place, which is a pid namespace of one running kernel, can
 * ask that kernel whether the process has ended. Both columns are null where a process cannot be identified in this
 * way.
 */
export const instanceProcesses = {
  name: '0018-instance-processes',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table instances add column place text, add column process text');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table instances drop column place, drop column process');
  },
};
