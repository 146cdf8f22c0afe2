import type { Knex } from 'knex';

/**
 * Ordered deliveries whose turn depends on their place in a stream have no number until all before them are here. The place
 * stands in their message's id (`stream-position.ts`), so that a delivery needs no column for it.
 */
export const streamOrder = {
  name: '0009-stream-order',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create function hukz_stream_of(message_id uuid) returns text language sql immutable parallel safe as
        $$ select substr(message_id::text, 16, 3) || substr(message_id::text, 21, 3) $$;
      create function hukz_sequence_of(message_id uuid) returns bigint language sql immutable parallel safe as
        $$ select ('x' || substr(message_id::text, 25))::bit(48)::bigint $$;

      -- Empty but for moments, and no delivery that is not ordered touches it.
      create index deliveries_unnumbered on deliveries (hukz_stream_of(message_id), hukz_sequence_of(message_id))
        where order_key is not null and order_no is null;
    `);
  },

  /** What waits is numbered by what is known here. */
  async down(knex: Knex): Promise<void> {
    await knex.raw(`
      with turn as (select nextval('deliveries_order_no') << 20 as no), waiting as (
        select id, row_number() over (order by hukz_stream_of(message_id), hukz_sequence_of(message_id)) as place
        from deliveries where order_key is not null and order_no is null
      )
      update deliveries d set order_no = (select no from turn) + waiting.place from waiting where d.id = waiting.id;
      drop index deliveries_unnumbered;
      drop function hukz_stream_of, hukz_sequence_of;
    `);
  },
};
