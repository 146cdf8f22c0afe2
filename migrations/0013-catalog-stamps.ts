import type { Knex } from 'knex';

/**
 * A version counts the changes of a catalog, so two different catalogs can have the same version after a restore or a
 * failover to a standby that lacked the last changes. Each change therefore also renews a stamp, and the stamps of the
 * last changes show whether a catalog in memory is an earlier state of this one.
 */
export const catalogStamps = {
  name: '0013-catalog-stamps',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table catalog_version add column stamp uuid not null default gen_random_uuid();
      create table catalog_stamps (
        version bigint primary key,
        stamp uuid not null
      );
      insert into catalog_stamps (version, stamp) select version, stamp from catalog_version;

      -- The function of migration 0001, extended by the stamp. An instance that missed more changes than are kept loads
      -- the whole catalog.
      create or replace function hukz_next_catalog_version() returns bigint language plpgsql as $$
      declare
        taken text := current_setting('hukz.catalog_version', true);
        fresh bigint;
        mark uuid;
      begin
        if coalesce(taken, '') <> '' then
          return taken::bigint;
        end if;
        update catalog_version set version = version + 1, stamp = gen_random_uuid() returning version, stamp into fresh, mark;
        insert into catalog_stamps (version, stamp) values (fresh, mark);
        if fresh % 100 = 0 then
          delete from catalog_stamps where version <= fresh - 10000;
        end if;
        perform set_config('hukz.catalog_version', fresh::text, true);
        perform pg_notify('hukz_catalog', fresh::text);
        return fresh;
      end $$;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      create or replace function hukz_next_catalog_version() returns bigint language plpgsql as $$
      declare
        taken text := current_setting('hukz.catalog_version', true);
        fresh bigint;
      begin
        if coalesce(taken, '') <> '' then
          return taken::bigint;
        end if;
        update catalog_version set version = version + 1 returning version into fresh;
        perform set_config('hukz.catalog_version', fresh::text, true);
        perform pg_notify('hukz_catalog', fresh::text);
        return fresh;
      end $$;
      drop table catalog_stamps;
      alter table catalog_version drop column stamp;
    `);
  },
};
