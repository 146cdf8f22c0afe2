import type { Knex } from 'knex';

/**
 * The catalog of an instance contains the keys of spaces, so that a message can name its space by its key. A space
 * whose key changes gets a version of the catalog, as events and webhooks do. A space without a key has none: its
 * number alone names it.
 */
export const spaceKeys = {
  name: '0035-space-keys',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table spaces add column catalog_version bigint not null default 0;
      create index spaces_catalog_version on spaces (catalog_version) where catalog_version > 0;

      -- The trigger fires after the row is stored. A transaction that inserts a webhook locks its space and then the
      -- catalog's version; a trigger before the row is stored would lock the two in the other order.
      create function hukz_stamp_space() returns trigger language plpgsql as $$
      begin
        update spaces set catalog_version = hukz_next_catalog_version() where id = new.id;
        return null;
      end $$;
      create trigger spaces_new_key after insert on spaces
        for each row when (new.key is not null) execute function hukz_stamp_space();
      create trigger spaces_other_key after update of key, deleted_at on spaces
        for each row when (
          case when old.deleted_at is null then old.key end is distinct from
          case when new.deleted_at is null then new.key end
        ) execute function hukz_stamp_space();

      update spaces set catalog_version = hukz_next_catalog_version() where key is not null and deleted_at is null;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop trigger spaces_new_key on spaces;
      drop trigger spaces_other_key on spaces;
      drop function hukz_stamp_space;
      alter table spaces drop column catalog_version;
    `);
  },
};
