import type { Knex } from 'knex';

/** How far each durable consumer has come in its stream: one row per consumer, written every few seconds. */
export const streamPositions = {
  name: '0014-stream-positions',

  async up(knex: Knex): Promise<void> {
    await knex.raw(`
      create table stream_positions (
        stream text not null,
        consumer text not null,
        -- As the server writes them: another stream, or consumer, of the same name has another time.
        stream_created text not null,
        consumer_created text not null,
        -- Every message for us up to this sequence was committed when the row was written.
        acknowledged bigint not null,
        -- The consumer is past this sequence: each message up to there was delivered, or is gone from the stream.
        passed bigint not null,
        -- Deliveries of the consumer, redeliveries included.
        deliveries bigint not null,
        -- The server that wrote the row, and the transaction: a row that came by a restore or a failover does not agree with them.
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
