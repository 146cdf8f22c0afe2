import type { ConsumerInfo, JetStreamManager, NatsConnection, StreamInfo } from 'nats';
import type { Obstacle } from '../../domain/stream-obstacles.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Acceptor } from '../acceptor.js';
import type { ClientBoundary } from '../client-boundary.js';
import { acknowledgedUpTo } from './acknowledged.js';
import { deviationsOf } from './consumer-fit.js';
import type { Consumers, Removal } from './consumers.js';
import { Failures } from './failures.js';
import { floorOf, type Look } from './look.js';
import type { Positions } from './positions.js';
import { keyOf, type PullTarget } from './pull-target.js';
import { Puller } from './puller.js';
import { type Refusal, refusalOf } from './refusal.js';
import { SharedRoom } from './shared-room.js';
import { Stall } from './stall.js';
import { markOf } from './stream-position.js';
import { isNotFound } from './streams.js';
import type { StreamLink, WantedConsumer } from './wanted-consumer.js';

export interface ReadingsDeps {
  readonly acceptor: Acceptor;
  readonly boundary: ClientBoundary;
  readonly consumers: Consumers;
  readonly positions: Positions;
  /** Monotonic milliseconds. */
  now(): number;
  /** A stream or consumer is gone: the streams have to be looked at again. */
  onLost(): void;
  readonly logger: Logger;
}

interface Reading extends WantedConsumer {
  readonly connection: NatsConnection;
  readonly puller: Puller;
  pending: number;
  unacknowledged: number;
  /** Sequence up to which everything is acknowledged. */
  acknowledged: number;
  isPaused: boolean;
  readonly stall: Stall;
  /** Looks in a row that have failed, and why: what is known of the consumer is as old as that. */
  unseen: { readonly looks: number; readonly refusal: Refusal } | undefined;
}

/** One look may fail while a leader is elected. */
const MAX_FAILED_LOOKS = 3;

/** The consumers that this instance reads: made when they are not there, and noticed when they are gone. */
export class Readings {
  private readonly all = new Map<string, Reading>();
  private readonly room = new SharedRoom();
  private lost = 0;
  /** Those in whose place others are read. */
  private left: ReadonlySet<string> = new Set();
  /** Those of them that another instance has emptied. */
  private readonly removed = new Set<string>();

  private readonly failures: Failures;

  constructor(private readonly deps: ReadingsDeps) {
    this.failures = new Failures(deps.now);
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

  /** Reads these and no others, by this connection. One that cannot be read is tried again later and stops no other one. */
  async follow(link: StreamLink, wanted: readonly WantedConsumer[]): Promise<void> {
    const byKey = new Map(wanted.map((one) => [keyOf(one.target), one]));
    this.failures.keep(new Set(byKey.keys()));
    this.left = new Set(wanted.filter(({ isLeft }) => isLeft).map(({ target }) => keyOf(target)));
    this.deps.positions.forgetOthers(wanted.map(({ target }) => target));
    for (const [key, reading] of this.all) {
      if (byKey.get(key)?.created === reading.created && reading.connection === link.connection) continue;
      this.all.delete(key);
      await reading.puller.stop();
    }
    for (const [key, one] of byKey) {
      if (!this.all.has(key) && this.failures.mayTry(key)) await this.tryToRead(link, one);
    }
  }

  /** Whether a consumer that could not be read may be tried again. */
  get isDue(): boolean {
    return this.failures.isDue;
  }

  /** What could not be read may be tried again at once: the server may be another one. */
  hurry(): void {
    this.failures.hurry();
  }

  /** Why nothing comes from a consumer. */
  obstacleOf(target: PullTarget): Obstacle | undefined {
    const refusal = this.failures.of(keyOf(target));
    if (refusal) return { reason: refusal.reason, problem: refusal.message };
    const reading = this.all.get(keyOf(target));
    const { looks = 0, refusal: unseen } = reading?.unseen ?? {};
    if (unseen && looks >= MAX_FAILED_LOOKS) return { reason: unseen.reason, problem: unseen.message };
    const words = reading && whyNothingComes(reading);
    return words === undefined ? undefined : { reason: 'pull_refused', problem: pullRefused(target, words) };
  }

  readonly reads = (target: PullTarget): boolean => this.all.has(keyOf(target));

  /** Whether everything up to a sequence was read and acknowledged when we last looked. Of a consumer that is not read it is not known. */
  readonly isDrained = (target: PullTarget, until: number): boolean => {
    const reading = this.all.get(keyOf(target));
    if (!reading) return this.removed.has(keyOf(target));
    return (reading.pending === 0 && reading.unacknowledged === 0) || reading.acknowledged >= until;
  };

  /** Makes a consumer before anything depends on it. @throws {Refusal} when it could not be read */
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

  /** Resolves when the server has answered about a consumer, or about the account where none is read. */
  async confirm(manager: JetStreamManager): Promise<void> {
    const [reading] = this.all.values();
    await (reading ? this.inquire(manager, reading) : manager.getAccountInfo());
  }

  /** The connection was interrupted. */
  again(): void {
    for (const { puller } of this.all.values()) puller.again();
  }

  /** Notices deleted streams and consumers, how much waits, and which messages are gone unread. The server reports none of this. */
  async look(manager: JetStreamManager): Promise<void> {
    const streams = new Map<string, StreamInfo>();
    const looks: Look[] = [];
    for (const reading of [...this.all.values()]) {
      try {
        // The stream before its consumers: see `Sighting`.
        const stream = streams.get(reading.target.stream) ?? (await manager.streams.info(reading.target.stream));
        streams.set(reading.target.stream, stream);
        const consumer = await this.inquire(manager, reading);
        reading.unseen = undefined;
        if (consumer && stream.created === reading.created) looks.push(toLook(manager, reading, { stream, consumer }));
      } catch (error) {
        this.overlook(reading, refusalOf(error, 'consumer_refused', 'to describe the consumer'));
      }
    }
    const { recorded, behind } = await this.deps.positions.keep(looks);
    for (const { target, consumer } of recorded) {
      this.all.get(keyOf(target))?.puller.repetitions.forget(consumer.delivered.consumer_seq);
    }
    for (const one of behind) await this.turnBack(one);
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

  /** Takes nothing any more; the consumers can still be looked at. */
  async pause(): Promise<void> {
    await Promise.all([...this.all.values()].map(({ puller }) => puller.stop()));
  }

  async stop(): Promise<void> {
    const all = [...this.all.values()];
    this.all.clear();
    await Promise.all(all.map(({ puller }) => puller.stop()));
  }

  private overlook(reading: Reading, refusal: Refusal): void {
    const { looks = 0, refusal: before } = reading.unseen ?? {};
    if (before?.message !== refusal.message) {
      this.deps.logger.warn('stream.look_failed', { ...reading.target, error: refusal.message });
    }
    reading.unseen = { looks: looks + 1, refusal };
  }

  private async tryToRead(link: StreamLink, one: WantedConsumer): Promise<void> {
    const key = keyOf(one.target);
    try {
      this.removed.delete(key);
      if (one.isLeft && one.begin === undefined && (await this.deps.consumers.isRemoved(link, one.target))) {
        this.removed.add(key);
        return;
      }
      this.all.set(key, await this.read(link, one));
      this.failures.delete(key);
    } catch (error) {
      this.failures.add(key, refusalOf(error, 'consumer_refused', `to read the stream ${one.target.stream}`));
    }
  }

  private async read(link: StreamLink, one: WantedConsumer): Promise<Reading> {
    const { connection } = link;
    const { acceptor, boundary, logger } = this.deps;
    const { target, created, filter } = one;
    const info = await this.deps.consumers.ensure(link, one);
    logger.info('stream.read', { ...target, ...(filter ? { filter } : {}) });
    const puller = new Puller({
      connection,
      target,
      streamCreated: created,
      config: info.config,
      now: this.deps.now,
      acceptor,
      boundary,
      room: this.room,
      onLost: (why) => this.lose(reading, why),
      logger,
    });
    const reading: Reading = {
      ...one,
      connection,
      puller,
      pending: info.num_pending,
      unacknowledged: info.num_ack_pending,
      acknowledged: floorOf(info),
      isPaused: info.paused === true,
      stall: new Stall(),
      unseen: undefined,
    };
    return reading;
  }

  /** A consumer that is being read turns out to be ahead of the journal. Nothing reads it any more when it is deleted. */
  private async turnBack(look: Look): Promise<void> {
    const reading = this.all.get(keyOf(look.target));
    this.all.delete(keyOf(look.target));
    try {
      await reading?.puller.stop();
      await this.deps.consumers.readAgain(look);
    } catch (error) {
      this.failures.add(keyOf(look.target), refusalOf(error, 'journal_behind', 'to read the stream again'));
    } finally {
      this.deps.onLost();
    }
  }

  private async inquire(manager: JetStreamManager, reading: Reading): Promise<ConsumerInfo | undefined> {
    try {
      const info = await manager.consumers.info(reading.target.stream, reading.target.consumer);
      reading.pending = info.num_pending;
      reading.unacknowledged = info.num_ack_pending;
      reading.acknowledged = floorOf(info);
      reading.isPaused = info.paused === true;
      reading.stall.look(info, this.deps.now());
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
    // Another instance has removed it.
    if (this.left.has(keyOf(reading.target))) return;
    this.lost++;
    this.deps.logger.error('stream.consumer_lost', { ...reading.target, why, mended_by: 'making it again' });
  }
}

const whyNothingComes = ({ isPaused, puller, stall }: Reading) =>
  isPaused ? 'the consumer is paused' : (puller.problem() ?? stall.problem());

const pullRefused = ({ stream, consumer }: PullTarget, words: string) =>
  `The server delivers nothing from the stream ${stream} (${words}): look at "nats consumer info ${stream} ${consumer}" and change what keeps it from that.`;

const toLook = (
  manager: JetStreamManager,
  { connection, target, filter, puller }: Reading,
  found: { readonly stream: StreamInfo; readonly consumer: ConsumerInfo },
): Look => ({ connection, manager, target, filter, ...found, repeated: puller.repetitions.numbers });
