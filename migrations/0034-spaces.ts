import type { Knex } from 'knex';

/**
 * Spaces become rows. A number that only webhooks use is a space too: the trigger makes its row when the first webhook
 * gets the number, also for instances from before this migration, which know nothing of the table.
 */
export const spaces = {
  name: '0034-spaces',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table spaces (
        id bigint primary key,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        created_by_id bigint not null,
        updated_by_id bigint not null,
        name text not null default '',
        tags jsonb not null default '{}',
        key text,
        managed_by text,
        revision integer not null default 1
      );
      create unique index spaces_key on spaces (key) where key is not null and deleted_at is null;
      create index spaces_managed_by on spaces (managed_by, id) where managed_by is not null and deleted_at is null;
      create index spaces_tags on spaces using gin (tags jsonb_path_ops);

      -- Numbers for spaces that are created without one. They begin far above those that a gateway chooses: a tenant of
      -- the gateway would otherwise get the number of a space that exists already, and with it the webhooks of another.
      create sequence spaces_new_id minvalue ${FIRST_NEW_ID} maxvalue ${MAX_ID};

      -- The lock makes a deletion of the space wait for this transaction, and the deletion then finds the webhook. A
      -- webhook that waits for a deletion makes a new space of the same number. Transactions that insert webhooks do
      -- not wait for each other, unless the row is new. The trigger fires before the one that locks the catalog's
      -- version, so that all transactions lock the two in the same order.
      create function hukz_use_space() returns trigger language plpgsql as $$
      begin
        perform from spaces where id = new.space_id and deleted_at is null for key share;
        if not found then
          insert into spaces (id, created_by_id, updated_by_id)
          values (new.space_id, new.created_by_id, new.updated_by_id)
          on conflict (id) do update set
            created_at = now(), updated_at = now(), deleted_at = null,
            created_by_id = excluded.created_by_id, updated_by_id = excluded.updated_by_id,
            name = '', tags = '{}', key = null, managed_by = null, revision = spaces.revision + 1
          where spaces.deleted_at is not null;
        end if;
        return new;
      end $$;
      create trigger webhooks_space before insert on webhooks
        for each row when (new.deleted_at is null) execute function hukz_use_space();

      insert into spaces (id, created_at, updated_at, created_by_id, updated_by_id)
      select distinct on (space_id) space_id, created_at, created_at, created_by_id, created_by_id
      from webhooks where deleted_at is null order by space_id, id;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop trigger webhooks_space on webhooks;
      drop function hukz_use_space;
      drop table spaces;
      drop sequence spaces_new_id;
    `);
  },
};

const FIRST_NEW_ID = 1_000_000_000_000;
const MAX_ID = Number.MAX_SAFE_INTEGER;
