/**
 * The tables of the Go service as GORM creates them on its first start, in `public`. JSON is bytea, only keys are not
 * nullable, and no unique index protects `event`.
 */
export const GO_SCHEMA = `
  set search_path = public;
  create table events (
    id bigserial, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    created_by_id bigint, updated_by_id bigint, name text, event text, tags bytea,
    primary key (id)
  );
  create table webhooks (
    id bigserial, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    created_by_id bigint, updated_by_id bigint, name text, url text, enabled boolean, tags bytea, space_id bigint,
    primary key (id)
  );
  create table webhook_events (
    webhook_id bigint, event_id bigint,
    primary key (webhook_id, event_id),
    constraint fk_webhook_events_webhook foreign key (webhook_id) references webhooks (id),
    constraint fk_webhook_events_event foreign key (event_id) references events (id)
  );
  create table webhook_logs (
    id bigserial, created_at timestamptz, created_by_id bigint, event text, url text,
    response_status_code bigint, data bytea, response_body bytea, tags bytea,
    primary key (id)
  );`;
