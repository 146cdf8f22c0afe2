import type { Knex } from 'knex';

/**
 * Whether requests on an event's subject have no service to answer them. The events that are there had a stream that answered
 * them; those that are made from now on, also by instances of an older version, have to say so.
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
