import type { Knex } from 'knex';

/** Events and webhooks, and the version by which every instance notices that they changed. */
export const catalog = {
  name: '0001-catalog',

  async up(knex: Knex): Promise<void> {
    await refuseForeignTables(knex);
    await knex.raw(`
      create table events (
        id integer generated always as identity primary key,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        created_by_id bigint not null,
        updated_by_id bigint not null,
        name text not null,
        event text not null,
        tags jsonb not null default '{}',
        catalog_version bigint not null
      );
      create unique index events_event_living on events (lower(event)) where deleted_at is null;
      create index events_tags on events using gin (tags jsonb_path_ops);
      create index events_catalog_version on events (catalog_version);

      create table webhooks (
        id integer generated always as identity primary key,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz,
        created_by_id bigint not null,
        updated_by_id bigint not null,
        name text not null,
        url text not null,
        enabled boolean not null,
        disabled_because text,
        tags jsonb not null default '{}',
        space_id bigint not null default 0,
        catalog_version bigint not null
      );
      create index webhooks_space on webhooks (space_id, id) where deleted_at is null;
      create index webhooks_tags on webhooks using gin (tags jsonb_path_ops);
      create index webhooks_catalog_version on webhooks (catalog_version);

      create table webhook_events (
        webhook_id integer not null references webhooks,
        event_id integer not null references events,
        primary key (webhook_id, event_id)
      );
      create index webhook_events_event on webhook_events (event_id);

      create table catalog_version (
        only_row boolean primary key default true check (only_row),
        version bigint not null
      );
      insert into catalog_version (version) values (0);

      -- There is one version per transaction. Taking a version locks the row, so versions become visible in the order
      -- of their numbers: a reader that has seen version n has missed none below n.
      create function hukz_next_catalog_version() returns bigint language plpgsql as $$
      declare
        taken text := current_setting('hukz.catalog_version', true);
        fresh bigint;
      begin
        if coalesce(taken, '') <> '' then
          return taken::bigint;
        end if;
        update catalog_version set version = version + 1 returning version into fresh;
        perform set_config('hukz.catalog_version', fresh::text, true);
        perform pg_notify('hukz_catalog', fresh::text);
        return fresh;
      end $$;

      create function hukz_stamp_catalog_version() returns trigger language plpgsql as $$
      begin
        new.catalog_version := hukz_next_catalog_version();
        return new;
      end $$;

      create trigger events_version before insert or update on events
        for each row execute function hukz_stamp_catalog_version();
      create trigger webhooks_version before insert or update on webhooks
        for each row execute function hukz_stamp_catalog_version();

      -- The events of a webhook belong to the webhook: changing them changes the webhook's version.
      create function hukz_touch_webhook() returns trigger language plpgsql as $$
      begin
        update webhooks set catalog_version = 0 where id = coalesce(new.webhook_id, old.webhook_id)
          and catalog_version is distinct from hukz_next_catalog_version();
        return null;
      end $$;
      create trigger webhook_events_version after insert or update or delete on webhook_events
        for each row execute function hukz_touch_webhook();
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      drop table webhook_events, webhooks, events, catalog_version;
      drop function hukz_touch_webhook, hukz_stamp_catalog_version, hukz_next_catalog_version;
    `);
  },
};

/** The Go service kept tables of the same names in the same database; these tables contain a user's data. */
async function refuseForeignTables(knex: Knex): Promise<void> {
  for (const table of ['events', 'webhooks', 'webhook_logs']) {
    if (await knex.schema.hasTable(table)) {
      throw new Error(
        `the database already has a table "${table}" that hukz did not create (perhaps the Go version of hukz did); ` +
          'nothing was changed. Give hukz its own database (DATABASE_NAME), or move these tables to another schema',
      );
    }
  }
}
