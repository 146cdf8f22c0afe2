import type { Sighting, StoredPosition } from '../../domain/consumer-position.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Doubt, type ExaminationDeps, type Examined, examine, examineAgain } from './examination.js';
import { floorOf, type Look, toSighting } from './look.js';
import type { PullTarget } from './pull-requests.js';
import { refusalOf } from './refusal.js';

/** Where positions are kept, and what they are about: in the database. */
export interface PositionStore {
  load(consumers: readonly PullTarget[]): Promise<readonly (StoredPosition | undefined)[]>;
  /** Answers in their order how many messages of each are gone unread, or that its row has to be examined before. */
  record(seen: readonly SeenConsumer[]): Promise<readonly ({ readonly gap: number } | 'unexamined')[]>;
  readonly findAbsent: ExaminationDeps['findAbsent'];
}

interface SeenConsumer extends PullTarget {
  readonly sighting: Sighting;
  readonly examined: string | undefined;
}

export interface PositionsDeps extends Omit<ExaminationDeps, 'findAbsent'> {
  readonly store: PositionStore;
  readonly logger: Logger;
}

export interface Kept {
  /** Written down. */
  readonly recorded: readonly Look[];
  /** The journal lacks messages that these have acknowledged: their streams are to be read again. */
  readonly behind: readonly Look[];
}

/** What is known of a row that is not intact. */
interface Examination {
  readonly version: string;
  readonly doubts: readonly Doubt[];
}

/**
 * Keeps in the database how far the consumers have come, tells what their streams have lost unread, and notices when it is the
 * database that has lost something: after a restore or a failover, rows that were not written here are examined first.
 */
export class Positions {
  private readonly examinations = new Map<string, Examination>();
  private missing = 0;
  private failure: string | undefined;

  constructor(private readonly deps: PositionsDeps) {}

  /** Messages that were evicted unread, as far as this process was the one to count them. */
  get gap(): number {
    return this.missing;
  }

  async find(target: PullTarget): Promise<StoredPosition | undefined> {
    return (await this.deps.store.load([target]))[0];
  }

  /** Writes down what may be written; never rejects. */
  async keep(looks: readonly Look[]): Promise<Kept> {
    try {
      const kept = await this.write(looks);
      if (this.failure !== undefined) this.deps.logger.info('stream.positions_kept_again');
      this.failure = undefined;
      return kept;
    } catch (error) {
      if (this.failure === undefined) this.deps.logger.warn('stream.positions_not_kept', { error: messageOf(error) });
      this.failure = messageOf(error);
      return { recorded: [], behind: [] };
    }
  }

  private async write(looks: readonly Look[]): Promise<Kept> {
    const recorded: Look[] = [];
    const behind: Look[] = [];
    const certain: Look[] = [];
    for (const look of looks) {
      if (await this.isBehind(look)) behind.push(look);
      else if (!this.examinations.get(keyOf(look))?.doubts.length) certain.push(look);
    }
    const results = certain.length > 0 ? await this.deps.store.record(certain.map((look) => this.toSeen(look))) : [];
    for (const [index, look] of certain.entries()) {
      const result = results[index];
      if (result === 'unexamined') {
        if (await this.beginExamination(look)) behind.push(look);
      } else {
        this.examinations.delete(keyOf(look));
        recorded.push(look);
        this.tell(look.target, result?.gap ?? 0);
      }
    }
    return { recorded, behind };
  }

  /** Of a consumer that is doubted. */
  private async isBehind(look: Look): Promise<boolean> {
    const known = this.examinations.get(keyOf(look));
    if (!known || known.doubts.length === 0) return false;
    const { isBehind, doubts } = await examineAgain(this.examining, look, known.doubts);
    this.examinations.set(keyOf(look), { ...known, doubts });
    return isBehind;
  }

  private async beginExamination(look: Look): Promise<boolean> {
    const known = await this.find(look.target);
    if (!known || known.isIntact) return false;
    const { created, state } = look.stream;
    const isThisStream = known.streamCreated === created && known.acknowledged <= state.last_seq;
    const { isBehind, doubts } = isThisStream ? await this.examine(look, known) : { isBehind: false, doubts: [] };
    this.examinations.set(keyOf(look), { version: known.version, doubts });
    return isBehind;
  }

  /** What cannot be examined counts as lost: what is read again and was not lost is stored once all the same. */
  private async examine(look: Look, known: StoredPosition): Promise<Examined> {
    const { logger } = this.deps;
    const [from, to] = [known.acknowledged + 1, Math.min(floorOf(look.consumer), look.stream.state.first_seq - 1)];
    const because = 'they have left the stream: whether the database has them cannot be told';
    try {
      const examined = await examine(this.examining, look, known);
      if (!examined.isBehind && from <= to) logger.warn('journal.not_compared', { ...look.target, from, to, because });
      return examined;
    } catch (error) {
      const refusal = refusalOf(error, 'consumer_refused', 'a consumer that compares the stream with the journal');
      logger.warn('journal.not_examined', { ...look.target, error: refusal.message });
      return { isBehind: true, doubts: [] };
    }
  }

  private get examining(): ExaminationDeps {
    return { ...this.deps, findAbsent: this.deps.store.findAbsent };
  }

  private toSeen(look: Look): SeenConsumer {
    return { ...look.target, sighting: toSighting(look), examined: this.examinations.get(keyOf(look))?.version };
  }

  private tell(target: PullTarget, messages: number): void {
    if (messages === 0) return;
    this.missing += messages;
    const because = 'they were evicted from the stream before they were read';
    this.deps.logger.error('stream.gap', { ...target, messages, because });
  }
}

const keyOf = ({ target, consumer }: Look) => `${target.stream}\n${target.consumer}\n${consumer.created}`;
