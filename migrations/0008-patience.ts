import type { Knex } from 'knex';

/** Webhooks that are paused, disabled or behind an open circuit, and deliveries that wait for each other. */
export const patience = {
  name: '0008-patience',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table webhooks
        add column disabled_at timestamptz,
        add column paused_at timestamptz,
        add column circuit_opened_at timestamptz;

      -- These values change too often to be a part of the webhook: changing them keeps its catalog version.
      create table webhook_health (
        webhook_id integer primary key references webhooks,
        -- The first and the last failure since the last success.
        failing_since timestamptz,
        failed_at timestamptz,
        -- The state of an open circuit: when one delivery may be tried, how many were tried, and why the circuit
        -- opened.
        probe_at timestamptz,
        probes integer not null default 0,
        because text
      );
      create index webhook_health_probe on webhook_health (probe_at) where probe_at is not null;

      -- A backlog that is released slowly, or without deliveries that are too old.
      create table resumes (
        webhook_id integer primary key references webhooks,
        -- Deliveries per second. Null: unlimited.
        per_second float8,
        drop_before timestamptz,
        released_at timestamptz not null default now()
      );

      -- Of the deliveries with one key, only the one with the lowest number may be sent. Null: the delivery is not
      -- ordered.
      alter table deliveries add column order_key uuid, add column order_no bigint;
      create sequence deliveries_order_no owned by deliveries.order_no;
      create index deliveries_ordered on deliveries (webhook_id, order_key, order_no) where order_key is not null;

      -- Parked deliveries are found by their webhook. A delivery that is not parked never touches this index.
      create index deliveries_held on deliveries (webhook_id, received_at)
        where owner is null and due_at = 'infinity' and order_key is null;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop index deliveries_held;
      alter table deliveries drop column order_no, drop column order_key;
      drop table resumes, webhook_health;
      alter table webhooks drop column disabled_at, drop column paused_at, drop column circuit_opened_at;
    `);
  },
};
