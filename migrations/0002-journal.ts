import type { Knex } from 'knex';

/** Messages, the deliveries they owe, dead letters, all attempts, and the instances that are alive. */
export const journal = {
  name: '0002-journal',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table instances (
        id uuid primary key,
        host text not null,
        started_at timestamptz not null default now(),
        seen_at timestamptz not null default now()
      );

      create table messages (
        id uuid not null,
        received_at timestamptz not null,
        subject text not null,
        headers bytea,
        payload bytea not null,
        primary key (id, received_at)
      ) partition by range (received_at);

      -- The table contains only deliveries that are still owed. Rows live for milliseconds, so vacuum must be triggered
      -- by a count, not by a share.
      create table deliveries (
        id uuid primary key,
        message_id uuid not null,
        received_at timestamptz not null,
        webhook_id integer not null,
        attempts integer not null default 0,
        failures integer not null default 0,
        bytes integer not null,
        due_at timestamptz not null,
        owner uuid
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
              autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
      create index deliveries_due on deliveries (due_at) where owner is null;

      create table dead_letters (
        id uuid primary key,
        message_id uuid not null,
        received_at timestamptz not null,
        webhook_id integer not null,
        attempts integer not null,
        died_at timestamptz not null,
        because text not null
      );
      create index dead_letters_webhook on dead_letters (webhook_id, died_at);

      create sequence webhook_logs_id;
      create table webhook_logs (
        id bigint not null default nextval('webhook_logs_id'),
        created_at timestamptz not null,
        created_by_id bigint not null,
        event text not null,
        url text not null,
        response_status_code integer,
        response_body text,
        tags jsonb not null,
        webhook_id integer not null,
        space_id bigint not null,
        message_id uuid not null,
        received_at timestamptz not null,
        delivery_id uuid not null,
        attempt integer not null,
        outcome text not null,
        error text,
        duration_ms integer not null,
        next_attempt_at timestamptz,
        primary key (delivery_id, attempt, created_at)
      ) partition by range (created_at);
      alter sequence webhook_logs_id owned by webhook_logs.id;
      create index webhook_logs_user on webhook_logs (created_by_id, created_at desc, id desc);
      create index webhook_logs_tags on webhook_logs using gin (tags jsonb_path_ops);

      -- Creates the partition of one day (UTC) of messages or webhook_logs. The partition is attached, not created in
      -- place, because attaching takes a lock that permits inserts.
      create function hukz_ensure_partition(parent text, day date) returns void language plpgsql as $$
      declare
        part text := parent || '_' || to_char(day, 'YYYYMMDD');
      begin
        perform pg_advisory_xact_lock(hashtext('hukz_partition'));
        -- to_regclass is not used: it answers from a cache that waiting for an advisory lock does not refresh.
        if exists (select from pg_class where relname = part and relnamespace = current_schema()::regnamespace) then
          return;
        end if;
        execute format('create table %I (like %I including all)', part, parent);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part,
          day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      end $$;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop function hukz_ensure_partition;
      drop table webhook_logs, dead_letters, deliveries, messages, instances;
    `);
  },
};
