import type { Knex } from 'knex';

/** Limits of a space, which its operator sets. A space whose number is used again begins without them. */
export const spaceLimits = {
  name: '0053-space-limits',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`alter table spaces add column limits jsonb not null default '{}'`);
    await knex.raw(useSpace(", limits = '{}'"));
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(useSpace(''));
    await knex.raw('alter table spaces drop column limits');
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
        isolation = 'open', subject = null${more}
      where spaces.deleted_at is not null;
    end if;
    return new;
  end $$;
`;
