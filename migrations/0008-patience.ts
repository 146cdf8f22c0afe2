import type { Knex } from 'knex';

/** When a webhook is left alone for a while or for good, and deliveries that wait for each other. */
export const patience = {
  name: '0008-patience',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      alter table webhooks
        add column disabled_at timestamptz,
        add column paused_at timestamptz,
        add column circuit_opened_at timestamptz;

      -- What changes too often to be a fact of the webhook: its catalog version stays.
      create table webhook_health (
        webhook_id integer primary key references webhooks,
        -- The first and the last failure since anything succeeded.
        failing_since timestamptz,
        failed_at timestamptz,
        -- Of an open circuit: when one delivery may be tried, how many were, and why it opened.
        probe_at timestamptz,
        probes integer not null default 0,
        because text
      );
      create index webhook_health_probe on webhook_health (probe_at) where probe_at is not null;

      -- A backlog that is let go slowly, or without what is too old.
      create table resumes (
        webhook_id integer primary key references webhooks,
        -- Deliveries; null: as fast as it goes.
        per_second float8,
        drop_before timestamptz,
        released_at timestamptz not null default now()
      );

      -- Of the deliveries of one key, that with the lowest number may be sent; null: nobody waits for anybody.
      alter table deliveries add column order_key uuid, add column order_no bigint;
      create sequence deliveries_order_no owned by deliveries.order_no;
      create index deliveries_ordered on deliveries (webhook_id, order_key, order_no) where order_key is not null;

      -- What is held is found by its webhook; a delivery that is not held never touches it.
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
