import type { ConsumerInfo, JetStreamManager, StreamInfo } from 'nats';
import type { Obstacle } from '../../../domain/streams/stream-obstacles.js';
import { messageOf } from '../../../errors.js';
import type { Logger } from '../../../logger.js';
import type { ClientBoundary } from '../../client-boundary.js';
import { Backoffs } from '../backoffs.js';
import { deviationsOf } from '../consumers/consumer-fit.js';
import type { Consumers, Removal } from '../consumers/consumers.js';
import type { Look } from '../positions/look.js';
import type { Positions } from '../positions/positions.js';
import { keyOf, type PullTarget } from '../pull-target.js';
import { SharedRoom } from '../pulling/shared-room.js';
import type { StreamAcceptor } from '../pulling/stream-acceptor.js';
import { isNotFound, refusalOf } from '../refusal.js';
import { markOf } from '../stream-position.js';
import type { StreamLink, WantedConsumer } from '../wanted-consumer.js';
import { acknowledgedUpTo } from './acknowledged.js';
import { type OpenReadingDeps, openReading } from './open-reading.js';
import type { Reading } from './reading.js';

export interface ReadingsDeps {
  readonly acceptor: StreamAcceptor;
  readonly boundary: ClientBoundary;
  readonly consumers: Consumers;
  readonly positions: Positions;
  /** Monotonic milliseconds. */
  now(): number;
  /** A stream or consumer is gone, so that the streams have to be looked at again. */
  onLost(): void;
  readonly logger: Logger;
}

/** The consumers that this instance reads. Missing consumers are made, and lost consumers are noticed. */
export class Readings {
  private readonly all = new Map<string, Reading>();
  private lost = 0;
  /** The former consumers, which others replace. */
  private left: ReadonlySet<string> = new Set();
  /** The former consumers that another instance has emptied. */
  private readonly removed = new Set<string>();

  private readonly backoffs: Backoffs;
  private readonly opening: OpenReadingDeps;

  constructor(private readonly deps: ReadingsDeps) {
    this.backoffs = new Backoffs(deps.now);
    const onLost = (reading: Reading, why: string) => this.lose(reading, why);
    this.opening = { ...deps, room: new SharedRoom(), onLost };
  }

  stats() {
    const streamPending = [...this.all.values()].reduce((sum, { pending }) => sum + pending, 0);
    const { gap } = this.deps.positions;
    return {
      subscriptions: this.all.size,
      streamPending,
      streamGap: gap,
      streamLost: this.lost,
      journalWentBack: this.deps.consumers.wentBack,
    };
  }

  /** Reads exactly these consumers by this connection. One that fails is tried again later and stops no other one. */
  async follow(link: StreamLink, wanted: readonly WantedConsumer[]): Promise<void> {
    const byKey = new Map(wanted.map((one) => [keyOf(one.target), one]));
    this.backoffs.retainOnly(new Set(byKey.keys()));
    this.left = new Set(wanted.filter(({ isLeft }) => isLeft).map(({ target }) => keyOf(target)));
    this.deps.positions.forgetOthers(wanted.map(({ target }) => target));
    for (const [key, reading] of this.all) {
      if (byKey.get(key)?.created === reading.created && reading.connection === link.connection) continue;
      this.all.delete(key);
      await reading.puller.stop();
    }
    for (const [key, one] of byKey) {
      if (!this.all.has(key) && this.backoffs.mayTry(key)) await this.tryToRead(link, one);
    }
  }

  /** Whether a consumer that could not be read may be tried again. */
  get isDue(): boolean {
    return this.backoffs.isDue;
  }

  /** Allows an immediate retry of consumers that could not be read, because the server may be another one. */
  hurry(): void {
    this.backoffs.hurry();
  }

  /** The reason why no messages arrive from a consumer. */
  obstacleOf(target: PullTarget): Obstacle | undefined {
    const refusal = this.backoffs.of(keyOf(target));
    if (refusal) return { reason: refusal.reason, problem: refusal.message };
    return this.all.get(keyOf(target))?.obstacle();
  }

  readonly reads = (target: PullTarget): boolean => this.all.has(keyOf(target));

  /** Whether all messages up to a sequence were read and acknowledged at the last look. Unknown if it is not read. */
  readonly isDrained = (target: PullTarget, until: number): boolean => {
    return this.all.get(keyOf(target))?.isDrained(until) ?? this.removed.has(keyOf(target));
  };

  /** Makes a consumer before anything depends on it. @throws {Refusal} if the consumer could not be read */
  async prepare(link: StreamLink, one: WantedConsumer): Promise<void> {
    if (this.all.has(keyOf(one.target))) return;
    await this.deps.consumers.ensure(link, one).catch((error: unknown) => {
      throw refusalOf(error, 'consumer_refused', `to read the stream ${one.target.stream}`);
    });
  }

  /** Ends the reading of a consumer that is not needed any more, and removes the consumer. */
  async remove({ manager }: StreamLink, target: PullTarget, removal: Removal): Promise<void> {
    const { consumers, logger } = this.deps;
    const reading = this.all.get(keyOf(target));
    this.all.delete(keyOf(target));
    await reading?.puller.stop();
    try {
      if (!(await consumers.remove(manager, target, removal))) this.deps.onLost();
    } catch (error) {
      logger.warn('stream.consumer_not_removed', { ...target, error: messageOf(error) });
    }
  }

  /** Resolves when the server has answered about a consumer, or about the account if no consumer is read. */
  async confirm(manager: JetStreamManager): Promise<void> {
    const [reading] = this.all.values();
    await (reading ? this.inquire(manager, reading) : manager.getAccountInfo());
  }

  /** The connection was interrupted. */
  again(): void {
    for (const { puller } of this.all.values()) puller.again();
  }

  /**
   * Notices deleted streams and consumers, the number of waiting messages, and messages that were evicted unread. The
   * server reports none of this.
   */
  async look(manager: JetStreamManager): Promise<void> {
    const streams = new Map<string, StreamInfo>();
    const looks: Look[] = [];
    for (const reading of [...this.all.values()]) {
      try {
        // The stream is looked at before its consumers, see `Sighting`.
        const stream = streams.get(reading.target.stream) ?? (await manager.streams.info(reading.target.stream));
        streams.set(reading.target.stream, stream);
        const consumer = await this.inquire(manager, reading);
        reading.isSeen();
        if (consumer && stream.created === reading.created) looks.push(reading.toLook(manager, { stream, consumer }));
      } catch (error) {
        const refusal = refusalOf(error, 'consumer_refused', 'to describe the consumer');
        if (!reading.overlook(refusal)) continue;
        this.deps.logger.warn('stream.look_failed', { ...reading.target, error: refusal.message });
      }
    }
    const { recorded, behind } = await this.deps.positions.save(looks);
    for (const { target, consumer } of recorded) {
      this.all.get(keyOf(target))?.puller.repetitions.forget(consumer.delivered.consumer_seq);
    }
    for (const one of behind) await this.readAgain(one);
  }

  /** The sequence up to which the stream with this mark is acknowledged. Undefined: one of its consumers is gone. */
  async inquireUpTo(manager: JetStreamManager, mark: string, known: number): Promise<number | 'unread' | undefined> {
    const its = [...this.all.values()].filter(
      ({ target, created }) => markOf({ name: target.stream, created }) === mark,
    );
    if (its.length === 0) return 'unread';
    const infos = await Promise.all(its.map((reading) => this.inquire(manager, reading)));
    const found = infos.filter((info) => info !== undefined);
    return found.length === its.length ? acknowledgedUpTo(found, known) : undefined;
  }

  /** Stops receiving messages. The consumers can still be looked at. */
  async pause(): Promise<void> {
    await Promise.all([...this.all.values()].map(({ puller }) => puller.stop()));
  }

  async stop(): Promise<void> {
    const all = [...this.all.values()];
    this.all.clear();
    await Promise.all(all.map(({ puller }) => puller.stop()));
  }

  private async tryToRead(link: StreamLink, one: WantedConsumer): Promise<void> {
    const key = keyOf(one.target);
    try {
      this.removed.delete(key);
      if (one.isLeft && one.begin === undefined && (await this.deps.consumers.isRemoved(link, one.target))) {
        this.removed.add(key);
        return;
      }
      this.all.set(key, await openReading(this.opening, link, one));
      this.backoffs.delete(key);
    } catch (error) {
      this.backoffs.add(key, refusalOf(error, 'consumer_refused', `to read the stream ${one.target.stream}`));
    }
  }

  /** A consumer turns out to be ahead of the journal. The reading ends before the consumer is deleted. */
  private async readAgain(look: Look): Promise<void> {
    const reading = this.all.get(keyOf(look.target));
    this.all.delete(keyOf(look.target));
    try {
      await reading?.puller.stop();
      await this.deps.consumers.readAgain(look);
    } catch (error) {
      this.backoffs.add(keyOf(look.target), refusalOf(error, 'journal_behind', 'to read the stream again'));
    } finally {
      this.deps.onLost();
    }
  }

  private async inquire(manager: JetStreamManager, reading: Reading): Promise<ConsumerInfo | undefined> {
    try {
      const info = await manager.consumers.info(reading.target.stream, reading.target.consumer);
      reading.see(info, this.deps.now());
      const { fatal } = deviationsOf(info.config, this.deps.consumers.wantedConfig(reading));
      if (fatal.length === 0) return info;
      this.lose(reading, `its configuration was changed: ${fatal.join(', ')}`);
      return undefined;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.lose(reading, messageOf(error));
      return undefined;
    }
  }

  private lose(reading: Reading, why: string): void {
    if (this.all.get(keyOf(reading.target)) !== reading) return;
    this.all.delete(keyOf(reading.target));
    this.deps.onLost();
    void reading.puller.stop();
    // Another instance has removed the consumer.
    if (this.left.has(keyOf(reading.target))) return;
    this.lost++;
    this.deps.logger.error('stream.consumer_lost', { ...reading.target, why, mended_by: 'making it again' });
  }
}
