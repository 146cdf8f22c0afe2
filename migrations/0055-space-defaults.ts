import type { Knex } from 'knex';

/**
 * The defaults of a space for the settings of its webhooks. The catalogs of instances contain them, and the limits of
 * messages, so that a change of either gets a version of the catalog.
 */
export const spaceDefaults = {
  name: '0055-space-defaults',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`alter table spaces add column defaults jsonb not null default '{}'`);
    await knex.raw(`
      drop trigger spaces_new_key on spaces;
      drop trigger spaces_other_key on spaces;
      drop function hukz_space_in_catalog(timestamptz, text, text, jsonb);

      -- The part of a space that the catalogs of instances contain. Null if they need not know the space.
      create function hukz_space_in_catalog(
        deleted_at timestamptz, key text, isolation text, subject jsonb, limits jsonb, defaults jsonb
      ) returns jsonb language sql immutable as $$
        select case
          when deleted_at is null
            and (key is not null or isolation = 'strict' or limits - 'webhooks' <> '{}' or defaults <> '{}')
          then jsonb_build_array(key, isolation, subject, limits - 'webhooks', defaults) end
      $$;
      create trigger spaces_new_key after insert on spaces
        for each row when (
          hukz_space_in_catalog(new.deleted_at, new.key, new.isolation, new.subject, new.limits, new.defaults)
            is not null
        )
        execute function hukz_stamp_space();
      create trigger spaces_other_key
        after update of key, isolation, subject, limits, defaults, deleted_at on spaces
        for each row when (
          hukz_space_in_catalog(old.deleted_at, old.key, old.isolation, old.subject, old.limits, old.defaults)
            is distinct from
          hukz_space_in_catalog(new.deleted_at, new.key, new.isolation, new.subject, new.limits, new.defaults)
        )
        execute function hukz_stamp_space();
    `);
    await knex.raw(useSpace(", defaults = '{}'"));
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(useSpace(''));
    await knex.raw(`
      drop trigger spaces_new_key on spaces;
      drop trigger spaces_other_key on spaces;
      drop function hukz_space_in_catalog(timestamptz, text, text, jsonb, jsonb, jsonb);
      create function hukz_space_in_catalog(deleted_at timestamptz, key text, isolation text, subject jsonb)
      returns jsonb language sql immutable as $$
        select case when deleted_at is null and (key is not null or isolation = 'strict')
          then jsonb_build_array(key, isolation, subject) end
      $$;
      create trigger spaces_new_key after insert on spaces
        for each row when (hukz_space_in_catalog(new.deleted_at, new.key, new.isolation, new.subject) is not null)
        execute function hukz_stamp_space();
      create trigger spaces_other_key after update of key, isolation, subject, deleted_at on spaces
        for each row when (
          hukz_space_in_catalog(old.deleted_at, old.key, old.isolation, old.subject) is distinct from
          hukz_space_in_catalog(new.deleted_at, new.key, new.isolation, new.subject)
        )
        execute function hukz_stamp_space();
      alter table spaces drop column defaults;
    `);
  },
};

/** The trigger of migration 0034, which makes the row of a space that a webhook names first. */
const useSpace = (more: string) => `
  create or replace function hukz_use_space() returns trigger language plpgsql as $$
  begin
    perform from spaces where id = new.space_id and deleted_at is null for key share;
    if not found then
      insert into spaces (id, created_by_id, updated_by_id)
      values (new.space_id, new.created_by_id, new.updated_by_id)
      on conflict (id) do update set
        created_at = now(), updated_at = now(), deleted_at = null,
        created_by_id = excluded.created_by_id, updated_by_id = excluded.updated_by_id,
        name = '', tags = '{}', key = null, managed_by = null, revision = spaces.revision + 1,
        isolation = 'open', subject = null, limits = '{}'${more}
      where spaces.deleted_at is not null;
    end if;
    return new;
  end $$;
`;
