import type { Knex } from 'knex';

/**
 * Ordered deliveries whose position depends on a stream have no number until all earlier messages have arrived. The
 * position in the stream is encoded in the message id (`stream-position.ts`), so that a delivery needs no column for
 * it.
 */
export const streamOrder = {
  name: '0009-stream-order',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create function hukz_stream_of(message_id uuid) returns text language sql immutable parallel safe as
        $$ select substr(message_id::text, 16, 3) || substr(message_id::text, 21, 3) $$;
      create function hukz_sequence_of(message_id uuid) returns bigint language sql immutable parallel safe as
        $$ select ('x' || substr(message_id::text, 25))::bit(48)::bigint $$;

      -- The index is empty except for moments, and a delivery that is not ordered never touches it.
      create index deliveries_unnumbered on deliveries (hukz_stream_of(message_id), hukz_sequence_of(message_id))
        where order_key is not null and order_no is null;
    `);
  },

  /** Numbers the waiting deliveries in the order of the messages that have arrived. */
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
