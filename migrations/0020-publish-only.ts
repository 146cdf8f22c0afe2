import type { Knex } from 'knex';

/**
 * Whether requests on an event's subject have no service that answers them. Events from before this migration had a
 * stream that answered; later events, including those that instances of an older version create, must have the value
 * set.
 */
export const publishOnly = {
  name: '0020-publish-only',

  async up(knex: Knex): Promise<void> {
    await knex.raw('alter table events add column publish_only boolean not null default true');
    await knex.raw('alter table events alter column publish_only set default false');
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('alter table events drop column publish_only');
  },
};
