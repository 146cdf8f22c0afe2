import type { Knex } from 'knex';

/** The id of the delivery that a message owes a webhook, computed as in the service (`delivery-id.ts`). */
export const deliveryIds = {
  name: '0015-delivery-ids',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create function hukz_delivery_id(message_id uuid, webhook_id integer) returns uuid language sql immutable parallel safe as
        $$ select (
          substr(message_id::text, 1, 24)
          || lpad(to_hex(('x' || substr(message_id::text, 25, 8))::bit(32)::integer # webhook_id), 8, '0')
          || substr(message_id::text, 33)
        )::uuid $$;
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop function hukz_delivery_id');
  },
};
