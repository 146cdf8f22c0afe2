import type { ConsumerInfo, JetStreamManager, NatsConnection } from 'nats';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Acceptor } from '../acceptor.js';
import type { ClientBoundary } from '../client-boundary.js';
import { acknowledgedUpTo } from './acknowledged.js';
import type { PullTarget } from './pull-requests.js';
import { Puller } from './puller.js';
import { markOf } from './stream-position.js';
import type { BeginAt, StreamSettings } from './stream-settings.js';
import { ensureConsumer, isNotFound } from './streams.js';

export interface ReadingsDeps {
  readonly acceptor: Acceptor;
  readonly boundary: ClientBoundary;
  readonly deliverPolicy: StreamSettings['deliverPolicy'];
  /** A stream or consumer is gone: the streams have to be looked at again. */
  onLost(): void;
  readonly logger: Logger;
}

/** A durable consumer that is to be read. */
export interface WantedConsumer {
  readonly target: PullTarget;
  /** RFC 3339, of the stream: another one of the same name is another stream. */
  readonly created: string;
  /** The one subject to be read of a stream that is not ours. */
  readonly filter: string | undefined;
}

/** A connection and what manages its streams. */
export interface StreamLink {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

interface Reading extends WantedConsumer {
  readonly connection: NatsConnection;
  readonly puller: Puller;
  pending: number;
}

/** How far a consumer was acknowledged when we last looked: where a new one in its place begins. */
interface Floor {
  readonly created: string;
  readonly sequence: number;
}

/** The consumers that this instance reads: made when they are not there, and noticed when they are gone. */
export class Readings {
  private readonly all = new Map<string, Reading>();
  private readonly floors = new Map<string, Floor>();
  private gap = 0;
  private lost = 0;

  constructor(private readonly deps: ReadingsDeps) {}

  stats() {
    const streamPending = [...this.all.values()].reduce((sum, { pending }) => sum + pending, 0);
    return { subscriptions: this.all.size, streamPending, streamGap: this.gap, streamLost: this.lost };
  }

  /** Reads these and no others, by this connection. */
  async follow(link: StreamLink, wanted: readonly WantedConsumer[]): Promise<void> {
    const byKey = new Map(wanted.map((one) => [keyOf(one.target), one]));
    for (const [key, reading] of this.all) {
      if (byKey.get(key)?.created === reading.created && reading.connection === link.connection) continue;
      this.all.delete(key);
      await reading.puller.stop();
    }
    for (const [key, one] of byKey) if (!this.all.has(key)) this.all.set(key, await this.read(link, one));
  }

  /** The connection was interrupted. */
  again(): void {
    for (const { puller } of this.all.values()) puller.again();
  }

  /** Notices what nobody tells us: deleted streams and consumers, and how much waits. */
  async look(manager: JetStreamManager): Promise<void> {
    for (const reading of [...this.all.values()]) await this.inquire(manager, reading);
  }

  /** Up to where the stream with this mark is acknowledged (`acknowledgedUpTo`). Undefined: one of its consumers is gone. */
  async inquireUpTo(manager: JetStreamManager, mark: string, known: number): Promise<number | 'unread' | undefined> {
    const its = [...this.all.values()].filter(
      ({ target, created }) => markOf({ name: target.stream, created }) === mark,
    );
    if (its.length === 0) return 'unread';
    const infos = await Promise.all(its.map((reading) => this.inquire(manager, reading)));
    const found = infos.filter((info) => info !== undefined);
    return found.length === its.length ? acknowledgedUpTo(found, known) : undefined;
  }

  async stop(): Promise<void> {
    const all = [...this.all.values()];
    this.all.clear();
    await Promise.all(all.map(({ puller }) => puller.stop()));
  }

  private async read({ connection, manager }: StreamLink, one: WantedConsumer): Promise<Reading> {
    const { acceptor, boundary, logger } = this.deps;
    const { target, created, filter } = one;
    const begin = this.beginAt(one);
    const made = await ensureConsumer(manager, target, begin, filter);
    logger.info('stream.read', { ...target, made, ...(made ? { begin } : {}), ...(filter ? { filter } : {}) });
    const puller = new Puller({
      connection,
      target,
      streamCreated: created,
      readsAll: filter === undefined,
      acceptor,
      boundary,
      onLost: (why) => this.lose(reading, why),
      onGap: (messages) => {
        this.gap += messages;
        const because = 'they were evicted from the stream before they were read';
        logger.error('stream.gap', { ...target, messages, because });
      },
      logger,
    });
    const reading: Reading = { ...one, connection, puller, pending: 0 };
    return reading;
  }

  /** A consumer that was lost goes on behind its last acknowledgement; in our own stream, nothing is older than us. */
  private beginAt({ target, filter, created }: WantedConsumer): BeginAt {
    const floor = this.floors.get(keyOf(target));
    if (floor?.created === created) return { sequence: floor.sequence + 1 };
    return filter === undefined ? 'all' : this.deps.deliverPolicy;
  }

  private async inquire(manager: JetStreamManager, reading: Reading): Promise<ConsumerInfo | undefined> {
    try {
      const info = await manager.consumers.info(reading.target.stream, reading.target.consumer);
      this.floors.set(keyOf(reading.target), { created: reading.created, sequence: info.ack_floor.stream_seq });
      reading.pending = info.num_pending;
      return info;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.lose(reading, messageOf(error));
      return undefined;
    }
  }

  private lose(reading: Reading, why: string): void {
    if (this.all.get(keyOf(reading.target)) !== reading) return;
    this.lost++;
    this.all.delete(keyOf(reading.target));
    this.deps.onLost();
    this.deps.logger.error('stream.consumer_lost', { ...reading.target, why, mended_by: 'making it again' });
    void reading.puller.stop();
  }
}

const keyOf = ({ stream, consumer }: PullTarget) => `${stream}\n${consumer}`;
