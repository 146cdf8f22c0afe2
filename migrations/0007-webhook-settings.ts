import type { Knex } from 'knex';

/** How each webhook wants its requests, and the secrets that they are signed and authorised with. */
export const webhookSettings = {
  name: '0007-webhook-settings',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      -- Only what differs from the defaults, and never a secret.
      alter table webhooks add column settings jsonb not null default '{}';

      create table webhook_secrets (
        id bigint generated always as identity primary key,
        webhook_id integer not null references webhooks,
        -- 'signing', 'auth', 'tls', 'proxy': several for signing while one replaces another, one of the others.
        purpose text not null,
        created_at timestamptz not null default now(),
        -- After it, it is not used any more; null: until it is replaced.
        expires_at timestamptz,
        -- The encryption key; null: none was configured, and sealed holds the secret as it is.
        key_id text,
        sealed bytea not null,
        hint text not null
      );
      create index webhook_secrets_webhook on webhook_secrets (webhook_id);

      -- Which secrets a webhook has is a fact of the webhook. Sealing the same one with another key is not.
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
