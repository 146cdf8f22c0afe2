import type { ConsumerInfo, StreamInfo } from 'nats';
import type { ConsumerPosition, Sighting } from '../../domain/consumer-position.js';
import { covers } from '../../domain/subject-overlap.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { PullTarget } from './pull-requests.js';

/** Where positions are kept: in the database. */
export interface PositionStore {
  load(consumers: readonly PullTarget[]): Promise<{
    readonly database: string;
    readonly positions: readonly (ConsumerPosition | undefined)[];
  }>;
  /** Answers how many messages of each are gone unread; undefined where the database is another one, and nothing was written. */
  record(
    database: string,
    seen: readonly (PullTarget & { readonly sighting: Sighting })[],
  ): Promise<readonly number[] | undefined>;
}

/** A consumer as it was found. */
export interface Look {
  readonly target: PullTarget;
  readonly stream: StreamInfo;
  readonly consumer: ConsumerInfo;
  readonly filter: string | undefined;
  /** Numbers of those deliveries that were repetitions and came to us. */
  readonly repeated: readonly number[];
}

export interface PositionsDeps {
  readonly store: PositionStore;
  readonly logger: Logger;
}

/** Keeps in the database how far the consumers have come, and tells what their streams have lost unread. */
export class Positions {
  private database: string | undefined;
  private missing = 0;
  private failure: string | undefined;

  constructor(private readonly deps: PositionsDeps) {}

  /** Messages that were evicted unread, as far as this process was the one to count them. */
  get gap(): number {
    return this.missing;
  }

  async find(target: PullTarget): Promise<ConsumerPosition | undefined> {
    const { database, positions } = await this.deps.store.load([target]);
    this.database ??= database;
    return positions[0];
  }

  /** Answers whether it is recorded; never rejects. */
  async record(looks: readonly Look[]): Promise<boolean> {
    if (looks.length === 0) return true;
    try {
      await this.write(looks);
      if (this.failure !== undefined) this.deps.logger.info('stream.positions_kept_again');
      this.failure = undefined;
      return true;
    } catch (error) {
      if (this.failure === undefined) this.deps.logger.warn('stream.positions_not_kept', { error: messageOf(error) });
      this.failure = messageOf(error);
      return false;
    }
  }

  private async write(looks: readonly Look[]): Promise<void> {
    const seen = looks.map((look) => ({ ...look.target, sighting: toSighting(look) }));
    this.database ??= (await this.deps.store.load(looks.map(({ target }) => target))).database;
    const gaps = await this.deps.store.record(this.database, seen);
    if (!gaps) {
      this.database = undefined;
      return;
    }
    for (const [index, { target }] of looks.entries()) this.tell(target, gaps[index] ?? 0);
  }

  private tell(target: PullTarget, messages: number): void {
    if (messages === 0) return;
    this.missing += messages;
    const because = 'they were evicted from the stream before they were read';
    this.deps.logger.error('stream.gap', { ...target, messages, because });
  }
}

function toSighting({ stream, consumer, filter, repeated }: Look): Sighting {
  const subjects = stream.config.subjects ?? [];
  return {
    streamCreated: stream.created,
    consumerCreated: consumer.created,
    acknowledged: consumer.ack_floor.stream_seq,
    delivered: consumer.delivered.stream_seq,
    deliveries: consumer.delivered.consumer_seq,
    firstSequence: stream.state.first_seq,
    lastSequence: stream.state.last_seq,
    readsAll: filter === undefined || (subjects.length > 0 && subjects.every((held) => covers(filter, held))),
    repeated,
  };
}
