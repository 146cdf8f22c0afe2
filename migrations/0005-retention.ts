import type { Knex } from 'knex';

/** Functions that drop the partition of a day if nothing needs it, without delaying other sessions. */
export const retention = {
  name: '0005-retention',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      -- Whether a delivery, a dead letter or a running replay needs a message of that day (UTC).
      create function hukz_day_is_needed(day date) returns boolean language plpgsql as $$
      declare
        day_begins timestamptz := day::timestamp at time zone 'UTC';
        day_ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
      begin
        return exists (select from deliveries d where d.received_at >= day_begins and d.received_at < day_ends)
          or exists (select from dead_letters d where d.received_at >= day_begins and d.received_at < day_ends)
          or exists (select from replays r where r.state = 'running' and r.since < day_ends and r.until > day_begins);
      end $$;

      -- Returns 'dropped', 'needed', or 'busy' while another instance is dropping. The partition is locked before the
      -- second check, so that no row can begin to need it in between. The function waits at most 100 ms for a lock,
      -- because inserts queue behind the wait.
      create function hukz_drop_partition(parent text, day date) returns text language plpgsql as $$
      declare
        part text := parent || '_' || to_char(day, 'YYYYMMDD');
        matters boolean := parent = 'messages';
      begin
        if matters and hukz_day_is_needed(day) then
          return 'needed';
        end if;
        if not pg_try_advisory_xact_lock(hashtext('hukz_retention')) or not exists (
          select from pg_class where relname = part and relnamespace = current_schema()::regnamespace
        ) then
          return 'busy';
        end if;
        perform set_config('lock_timeout', '100ms', true);
        execute format('lock table %I in access exclusive mode', part);
        if matters and hukz_day_is_needed(day) then
          return 'needed';
        end if;
        execute format('drop table %I', part);
        return 'dropped';
      end $$;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop function hukz_drop_partition, hukz_day_is_needed');
  },
};
