import type { Knex } from 'knex';

/** The request settings of each webhook, and the secrets for signing and for credentials. */
export const webhookSettings = {
  name: '0007-webhook-settings',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      -- Only settings that differ from the defaults are stored here, and never a secret.
      alter table webhooks add column settings jsonb not null default '{}';

      create table webhook_secrets (
        id bigint generated always as identity primary key,
        webhook_id integer not null references webhooks,
        -- 'signing', 'auth', 'tls' or 'proxy'. There can be several of 'signing' while one replaces another, but only
        -- one of the others.
        purpose text not null,
        created_at timestamptz not null default now(),
        -- The secret is not used after this time. Null: it is used until it is replaced.
        expires_at timestamptz,
        -- The encryption key. Null: no key was configured, and sealed contains the secret in plain text.
        key_id text,
        sealed bytea not null,
        hint text not null
      );
      create index webhook_secrets_webhook on webhook_secrets (webhook_id);

      -- The secrets of a webhook belong to the webhook, so a change of them is a change of the webhook. Sealing the
      -- same secret with another key is not.
      create trigger webhook_secrets_version after insert or delete or update of expires_at on webhook_secrets
        for each row execute function hukz_touch_webhook();
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop table webhook_secrets;
      alter table webhooks drop column settings;
    `);
  },
};
