import type { Knex } from 'knex';

/** Records the age of the logs that an import was asked for, so that a later one can ask for older ones. */
export const goImportSince = {
  name: '0051-go-import-since',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table go_import_logs add column since timestamptz');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table go_import_logs drop column since');
  },
};
