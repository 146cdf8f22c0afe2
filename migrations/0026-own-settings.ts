import type { Knex } from 'knex';

/**
 * Stored settings get names that do not depend on the code (`timeout_ms`), and a version, in the new column
 * `own_settings`. Instances from before this migration read and write only `settings`, whose members are named as the
 * properties of their code were (`timeoutMs`), and may run beside newer instances during an upgrade. A trigger
 * therefore keeps the two columns equal: whichever of them a statement changes, it converts into the other. No instance
 * ever reads a form that it does not know, and no change is lost, whichever instance makes it. A later version drops
 * `settings`, the trigger and its functions.
 */
export const ownSettings = {
  name: '0026-own-settings',
  // Each step commits, so that instances of the previous version are not kept waiting. Steps may run twice.
  config: { transaction: false },

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table webhooks add column if not exists own_settings jsonb not null default '{}';

      -- Renames the members of an object. A text in names is the new name of the member, and an object has the names
      -- for the members inside it.
      create or replace function hukz_rename_members(given jsonb, names jsonb) returns jsonb language plpgsql immutable as $$
      declare
        renamed jsonb := '{}';
        member record;
      begin
        if jsonb_typeof(given) is distinct from 'object' then
          return given;
        end if;
        for member in select key, value, names -> key as name from jsonb_each(given) loop
          renamed := renamed || case jsonb_typeof(member.name)
            when 'string' then jsonb_build_object(member.name #>> '{}', member.value)
            when 'object' then jsonb_build_object(member.key, hukz_rename_members(member.value, member.name))
            else jsonb_build_object(member.key, member.value) end;
        end loop;
        return renamed;
      end $$;

      create or replace function hukz_to_own_settings(settings jsonb) returns jsonb language sql immutable as $$
        select case when settings = '{}' then settings
          else hukz_rename_members(settings, '${JSON.stringify(NAMES)}') || '{"version": 2}' end
      $$;

      create or replace function hukz_from_own_settings(own_settings jsonb) returns jsonb language sql immutable as $$
        select hukz_rename_members(
          case when jsonb_typeof(own_settings) = 'object' then own_settings - 'version' else '{}' end,
          '${JSON.stringify(inverse(NAMES))}')
      $$;

      create or replace function hukz_convert_settings() returns trigger language plpgsql as $$
      declare
        before_own jsonb := '{}';
        before jsonb := '{}';
      begin
        if tg_op = 'UPDATE' then
          before_own := old.own_settings;
          before := old.settings;
        end if;
        if new.own_settings is distinct from before_own then
          new.settings := hukz_from_own_settings(new.own_settings);
        elsif new.settings is distinct from before then
          new.own_settings := hukz_to_own_settings(new.settings);
        end if;
        return new;
      end $$;

      drop trigger if exists webhooks_settings on webhooks;
      create trigger webhooks_settings before insert or update of settings, own_settings on webhooks
        for each row execute function hukz_convert_settings();
    `);
    await convertStored(knex);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop trigger if exists webhooks_settings on webhooks;
      drop function if exists hukz_convert_settings, hukz_from_own_settings, hukz_to_own_settings, hukz_rename_members;
      alter table webhooks drop column if exists own_settings;
    `);
  },
};

/** The names of before the migration, and those since then. */
const NAMES = {
  passHeaders: 'pass_headers',
  timeoutMs: 'timeout_ms',
  maxInFlight: 'max_in_flight',
  disableAfterMs: 'disable_after_ms',
  auth: { clientId: 'client_id', tokenUrl: 'token_url', clientAuth: 'client_auth' },
  retry: {
    maxAgeMs: 'max_age_ms',
    finalStatuses: 'final_statuses',
    schedule: { waitsMs: 'waits_ms', startMs: 'start_ms', capMs: 'cap_ms', waitMs: 'wait_ms' },
  },
  rate: { perMs: 'per_ms' },
};

interface Names {
  readonly [name: string]: string | Names;
}

function inverse(names: Names): Names {
  return Object.fromEntries(
    Object.entries(names).map(([before, since]) =>
      typeof since === 'string' ? [since, before] : [before, inverse(since)],
    ),
  );
}

const ROWS_PER_STATEMENT = 1000;

/** Converts in steps, because each locks its rows, and they may be many. */
async function convertStored(knex: Knex): Promise<void> {
  for (let rows = ROWS_PER_STATEMENT; rows === ROWS_PER_STATEMENT; ) {
    const { rowCount } = await knex.raw(`
      update webhooks set own_settings = hukz_to_own_settings(settings)
      where id = any(array(
        select id from webhooks where settings <> '{}' and own_settings = '{}' limit ${ROWS_PER_STATEMENT}
      ))`);
    rows = rowCount;
  }
}
