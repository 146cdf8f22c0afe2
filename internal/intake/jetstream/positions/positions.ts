import type { ConsumerPosition, Sighting, StoredPosition } from '../../../domain/streams/consumer-position.js';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { messageOf } from '../../../errors.js';
import type { Logger } from '../../../logger.js';
import { keyOf, type PullTarget } from '../pull-target.js';
import { refusalOf } from '../refusal.js';
import { type ExaminationDeps, type Examined, examine, examineAgain } from './examination.js';
import { floorOf, type Look, toSighting } from './look.js';
import type { RememberedConsumer } from './remembered-consumer.js';
import { type SupposedPositionDeps, supposePosition } from './supposed-position.js';

/** The database: it stores the positions, and the messages that the positions are compared with. */
export interface PositionStore extends SupposedPositionDeps {
  load(consumers: readonly PullTarget[]): Promise<readonly (StoredPosition | undefined)[]>;
  /**
   * Returns, in the given order, how many messages of each consumer were evicted unread, or that its row has to be
   * examined first.
   */
  record(seen: readonly SeenConsumer[]): Promise<readonly ({ readonly gap: number } | 'unexamined')[]>;
  /** Inserts a row that has to be examined, unless there is a row. */
  suppose(position: PullTarget & Pick<Look, 'filter'> & ConsumerPosition): Promise<void>;
  /** Removes the row of a removed consumer. */
  forget(consumer: PullTarget): Promise<void>;
  /** All consumers with a row. */
  remembered(): Promise<readonly RememberedConsumer[]>;
  readonly findAbsent: ExaminationDeps['findAbsent'];
  readonly loadChangedAt: ExaminationDeps['loadChangedAt'];
}

interface SeenConsumer extends PullTarget, Pick<Look, 'filter'> {
  readonly sighting: Sighting;
  readonly examined: string | undefined;
}

export interface PositionsDeps extends Omit<ExaminationDeps, 'findAbsent' | 'loadChangedAt'> {
  readonly store: PositionStore;
  readonly logger: Logger;
}

export interface SavedPositions {
  /** The looks whose positions were stored. */
  readonly recorded: readonly Look[];
  /**
   * The looks whose consumers have acknowledged messages that the journal lacks. Their streams have to be read again.
   */
  readonly behind: readonly Look[];
}

/** The result of the comparison for a row that is not intact, and for the consumer as it was then. */
interface Examination extends Examined {
  readonly consumerCreated: string;
  readonly version: string;
}

/**
 * Stores the positions of the consumers in the database, and reports which messages their streams have lost unread. It
 * also notices if the database has lost data: after a restore or a failover, rows that this process did not write are
 * examined first.
 */
export class Positions {
  private readonly examinations = new Map<string, Examination>();
  /** The reason why the position of a consumer could not be stored the last time. */
  private readonly failures = new Map<string, string>();
  private missing = 0;

  constructor(private readonly deps: PositionsDeps) {}

  /** Number of messages that were evicted unread, as far as this process counted them. */
  get gap(): number {
    return this.missing;
  }

  async find(target: PullTarget): Promise<StoredPosition | undefined> {
    return (await this.deps.store.load([target]))[0];
  }

  forget(target: PullTarget): Promise<void> {
    return this.deps.store.forget(target);
  }

  /** Forgets every consumer that is not read any more. */
  forgetOthers(read: readonly PullTarget[]): void {
    const keys = new Set(read.map(keyOf));
    for (const kept of [this.examinations, this.failures]) {
      for (const key of kept.keys()) if (!keys.has(key)) kept.delete(key);
    }
  }

  degraded(): readonly Degradation[] {
    const [first] = this.failures;
    if (!first) return [];
    const [key, error] = first;
    const [stream, consumer] = key.split('\n');
    const problem =
      `The positions of ${this.failures.size} consumers cannot be compared with the database or written to it; ` +
      `the first is ${consumer} of the stream ${stream} (${error}). Messages are still accepted; see the errors of PostgreSQL.`;
    return [{ reason: 'positions_not_kept', problem }];
  }

  /**
   * Stores the positions that may be stored. The promise never rejects. A consumer that cannot be compared delays no
   * other consumer.
   */
  async save(looks: readonly Look[]): Promise<SavedPositions> {
    const failed = new Map<string, string>();
    const attempt = async (tried: readonly Look[], work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        for (const { target } of tried) failed.set(keyOf(target), messageOf(error));
      }
    };
    const behind: Look[] = [];
    const certain: Look[] = [];
    for (const look of looks) {
      await attempt([look], async () => {
        if (await this.isBehind(look)) behind.push(look);
        else if (!this.examinationOf(look)?.doubts.length) certain.push(look);
      });
    }
    const recorded: Look[] = [];
    // A database that accepts no positions can still turn out to have gone back.
    let unexamined = certain.filter((look) => this.examinationOf(look) === undefined);
    if (certain.length > 0) {
      await attempt(certain, async () => {
        const results = await this.deps.store.record(certain.map((look) => this.toSeen(look)));
        unexamined = certain.filter((_, index) => results[index] === 'unexamined');
        for (const [index, look] of certain.entries()) {
          const result = results[index];
          if (result === undefined || result === 'unexamined') continue;
          this.examinations.delete(keyOf(look.target));
          recorded.push(look);
          this.reportGap(look.target, result.gap);
        }
      });
    }
    for (const look of unexamined) {
      await attempt([look], async () => {
        if (await this.beginExamination(look)) behind.push(look);
      });
    }
    this.note(looks, failed);
    return { recorded, behind };
  }

  private note(looks: readonly Look[], failed: ReadonlyMap<string, string>): void {
    const { logger } = this.deps;
    const hadFailures = this.failures.size > 0;
    for (const { target } of looks) this.failures.delete(keyOf(target));
    for (const [key, error] of failed) this.failures.set(key, error);
    const [error] = this.failures.values();
    if (error !== undefined && !hadFailures) {
      logger.warn('stream.positions_not_kept', { consumers: this.failures.size, error });
    }
    if (error === undefined && hadFailures) logger.info('stream.positions_kept_again');
  }

  /**
   * A consumer for which the journal lacks messages stays in this state until it is made again, because reading the
   * stream again may fail.
   */
  private async isBehind(look: Look): Promise<boolean> {
    const known = this.examinationOf(look);
    if (!known || known.isBehind || known.doubts.length === 0) return known?.isBehind === true;
    const examined = await examineAgain(this.examining, look, known.doubts);
    this.examinations.set(keyOf(look.target), { ...known, ...examined });
    return examined.isBehind;
  }

  private examinationOf({ target, consumer }: Look): Examination | undefined {
    const known = this.examinations.get(keyOf(target));
    return known?.consumerCreated === consumer.created ? known : undefined;
  }

  private async beginExamination(look: Look): Promise<boolean> {
    const known = (await this.find(look.target)) ?? (await this.supposed(look));
    if (!known || known.isIntact) return false;
    const { created, state } = look.stream;
    const isThisStream = known.streamCreated === created && known.acknowledged <= state.last_seq;
    const examined = isThisStream ? await this.examine(look, known) : { isBehind: false, doubts: [] };
    const { version } = known;
    this.examinations.set(keyOf(look.target), { ...examined, version, consumerCreated: look.consumer.created });
    return examined.isBehind;
  }

  /**
   * The row is written before it is examined, so that an instance that dies meanwhile leaves a row with the start of
   * the comparison.
   */
  private async supposed(look: Look): Promise<StoredPosition | undefined> {
    const { store } = this.deps;
    const { target, filter } = look;
    await store.suppose({ ...target, filter, ...(await supposePosition(store, look)) });
    return this.find(look.target);
  }

  /** A stream that could not be compared is read again to be safe. The journal still stores each message only once. */
  private async examine(look: Look, known: StoredPosition): Promise<Examined> {
    const { logger } = this.deps;
    const [from, to] = [known.acknowledged + 1, Math.min(floorOf(look.consumer), look.stream.state.first_seq - 1)];
    const because = 'they have left the stream: whether the database has them is unknown';
    try {
      const examined = await examine(this.examining, look, known);
      if (!examined.isBehind && from <= to) logger.warn('journal.not_compared', { ...look.target, from, to, because });
      return examined;
    } catch (error) {
      const refusal = refusalOf(error, 'consumer_refused', 'a consumer that compares the stream with the journal');
      const then = 'the stream could not be compared with the database and is read again to be safe';
      logger.warn('journal.not_examined', { ...look.target, error: refusal.message, mended_by: then });
      return { isBehind: true, doubts: [] };
    }
  }

  private get examining(): ExaminationDeps {
    const { findAbsent, loadChangedAt } = this.deps.store;
    return { ...this.deps, findAbsent, loadChangedAt };
  }

  private toSeen(look: Look): SeenConsumer {
    const { target, filter } = look;
    return { ...target, filter, sighting: toSighting(look), examined: this.examinationOf(look)?.version };
  }

  private reportGap(target: PullTarget, messages: number): void {
    if (messages === 0) return;
    this.missing += messages;
    const because = 'they were evicted from the stream before they were read';
    this.deps.logger.error('stream.gap', { ...target, messages, because });
  }
}
