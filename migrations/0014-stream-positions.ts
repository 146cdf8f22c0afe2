import type { Knex } from 'knex';

/** The progress of each durable consumer in its stream: one row per consumer, written every few seconds. */
export const streamPositions = {
  name: '0014-stream-positions',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table stream_positions (
        stream text not null,
        consumer text not null,
        -- Both times are in the server's notation. Another stream or consumer of the same name has another time.
        stream_created text not null,
        consumer_created text not null,
        -- Every message for hukz up to this sequence was committed when the row was written.
        acknowledged bigint not null,
        -- The consumer is past this sequence: each message up to there was delivered, or is gone from the stream.
        passed bigint not null,
        -- The number of deliveries by the consumer, including redeliveries.
        deliveries bigint not null,
        -- The server and the transaction that wrote the row. They do not match a row that came with a restore or a
        -- failover.
        written_in text not null,
        written_by bigint not null,
        seen_at timestamptz not null default now(),
        primary key (stream, consumer)
      );
    `);
  },

  async down(knex: Knex): Promise<void> {
    await knex.raw('drop table stream_positions');
  },
};
