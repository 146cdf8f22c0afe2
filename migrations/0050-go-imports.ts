import type { Knex } from 'knex';

/**
 * Records the rows that were imported from the tables of the Go service, so that later changes on either side can be
 * found. Imported logs keep the body that was sent, because there is no message from which it could be made.
 */
export const goImports = {
  name: '0050-go-imports',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table go_imports (
        kind text not null check (kind in ('event', 'webhook')),
        id integer not null,
        -- The row of the Go service as it was when both sides were equal, and our revision at that moment.
        go_hash text not null,
        revision integer not null,
        -- The reason why the row is kept but not used.
        problem text,
        primary key (kind, id)
      );
      create table go_import_logs (
        only_row boolean primary key default true check (only_row),
        -- The last log of the Go service that was brought here.
        last_id bigint not null
      );
      alter table webhook_logs add column imported_data bytea;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table webhook_logs drop column imported_data;
      drop table go_imports, go_import_logs;
    `);
  },
};
