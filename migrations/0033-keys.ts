import type { Knex } from 'knex';

/**
 * Events and webhooks get a key (a name of their own, unique among those that are not deleted), the name of the program
 * that declares them, and a revision. Instances from before this migration insert rows without a key, and change rows
 * without raising the revision; the trigger raises it for them. Every change that users see sets `updated_at`, and no
 * other does, so the trigger fires when a statement sets that column, whatever the value.
 */
export const keys = {
  name: '0033-keys',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create function hukz_raise_revision() returns trigger language plpgsql as $$
      begin
        new.revision := old.revision + 1;
        return new;
      end $$;
    `);
    for (const table of TABLES) {
      await knex.raw(`
        alter table ${table}
          add column key text,
          add column managed_by text,
          add column revision integer not null default 1;
        create index ${table}_managed_by on ${table} (managed_by, id) where managed_by is not null and deleted_at is null;
        create trigger ${table}_revision before update of updated_at on ${table}
          for each row execute function hukz_raise_revision();
      `);
    }
    // A key of a webhook is looked up in one space or in all of them, so the key is the first column.
    await knex.raw(`
      create unique index events_key on events (key) where key is not null and deleted_at is null;
      create unique index webhooks_key on webhooks (key, space_id) where key is not null and deleted_at is null;
    `);
  },

  async down(knex: Knex): Promise<void> {
    for (const table of TABLES) {
      await knex.raw(`
        drop trigger ${table}_revision on ${table};
        alter table ${table} drop column key, drop column managed_by, drop column revision;
      `);
    }
    await knex.raw('drop function hukz_raise_revision');
  },
};

const TABLES = ['events', 'webhooks'] as const;
