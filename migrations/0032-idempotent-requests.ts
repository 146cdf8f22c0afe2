import type { Knex } from 'knex';

/**
 * The requests with an `Idempotency-Key`, and the answers that they got. `id` is a digest of the principal, the path
 * and the key. `status` is null until the request has been answered, and `content` is null if the answer was too large.
 */
export const idempotentRequests = {
  name: '0032-idempotent-requests',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table idempotent_requests (
        id bytea primary key,
        request bytea not null,
        created_at timestamptz not null default now(),
        status smallint,
        content bytea
      )`);
    await knex.raw('create index idempotent_requests_age on idempotent_requests (created_at)');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop table idempotent_requests');
  },
};
