import type { ConsumerInfo, JetStreamManager } from 'nats';
import { messageOf } from '../../../errors.js';
import type { Logger } from '../../../logger.js';
import { OncePerChange } from '../../../once-per-change.js';
import type { Look } from '../positions/look.js';
import type { Positions } from '../positions/positions.js';
import { keyOf, type PullTarget } from '../pull-target.js';
import { isNotFound, Refusal } from '../refusal.js';
import { type BeginAt, newConsumer, type StreamSettings } from '../stream-settings.js';
import type { StreamLink, WantedConsumer } from '../wanted-consumer.js';
import { beginAt } from './begin-at.js';
import { addConsumer, ensureConsumer } from './ensure-consumer.js';
import { readAgain } from './read-again.js';
import { remakeConsumer } from './remake-consumer.js';

export interface ConsumersDeps {
  readonly settings: Pick<StreamSettings, 'deliverPolicy' | 'maxAckPending'>;
  readonly positions: Positions;
  /** Runs the work on one instance at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Loads the catalog and does nothing else. */
  reload(): Promise<void>;
  readonly logger: Logger;
}

export interface Removal {
  readonly because: string;
  /** Whether an event needs the consumer after all, according to the catalog as it was loaded last. */
  isNeeded(): boolean;
}

/**
 * The first look may find a row that has to be examined, the second one a journal that went back, and the third one
 * another row.
 */
const MAX_LOOKS = 4;

/** Makes the durable consumers at the server. The database knows where each of them has to begin. */
export class Consumers {
  private timesBack = 0;
  private readonly logged = new OncePerChange();

  constructor(private readonly deps: ConsumersDeps) {}

  /** Number of times that a stream was read again because the database had lost acknowledged messages. */
  get wentBack(): number {
    return this.timesBack;
  }

  wantedConfig({ target, filter }: Pick<WantedConsumer, 'target' | 'filter'>) {
    const { maxAckPending } = this.deps.settings;
    return newConsumer(target.consumer, { begin: 'all', filter, maxAckPending });
  }

  /** Makes the consumer unless it exists, and stores its position. */
  async ensure(link: StreamLink, one: WantedConsumer): Promise<ConsumerInfo> {
    for (let looks = 1; ; looks++) {
      const { stream, consumer } = await this.find(link, one);
      const look: Look = { ...link, ...one, stream, consumer, repeated: [] };
      const { behind, recorded } = await this.deps.positions.save([look]);
      if (behind.length > 0) await this.readAgain(look);
      else if (recorded.length > 0 || looks >= MAX_LOOKS) return consumer;
      if (looks > MAX_LOOKS) throw notReadAgain(one.target, 'the database still lacks messages afterwards');
    }
  }

  /** Whether neither the server nor the database knows the consumer any more. */
  async isRemoved({ manager }: StreamLink, target: PullTarget): Promise<boolean> {
    if (await this.deps.positions.find(target)) return false;
    try {
      await manager.consumers.info(target.stream, target.consumer);
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  }

  /**
   * Removes a consumer unless it is needed again. Returns whether it was removed. The database keeps the consumer's
   * position until the server has removed it, so that the consumer is made again at that position after a crash in
   * between. The same applies if an event that needs the consumer was registered meanwhile.
   */
  remove(manager: JetStreamManager, target: PullTarget, { because, isNeeded }: Removal): Promise<boolean> {
    const { exclusively, reload, positions, logger } = this.deps;
    return exclusively(async () => {
      await reload();
      if (isNeeded()) return false;
      const wasThere = await manager.consumers.delete(target.stream, target.consumer).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
        return false;
      });
      await reload();
      if (!isNeeded()) await positions.forget(target);
      if (wasThere) logger.info('stream.consumer_removed', { ...target, because });
      return true;
    });
  }

  /** Redelivers the messages that the database has lost. @throws {Refusal} if the stream could not be read again */
  async readAgain(look: Look): Promise<void> {
    const { exclusively, logger } = this.deps;
    const one = { ...look, created: look.stream.created };
    const make = async () => (await this.find(look, one, (work) => work())).consumer;
    try {
      if (await readAgain({ exclusively, make, logger }, look)) this.timesBack++;
    } catch (error) {
      throw notReadAgain(look.target, messageOf(error));
    }
  }

  private async find(link: StreamLink, one: WantedConsumer, exclusively = this.deps.exclusively) {
    const { manager } = link;
    const { settings, positions, logger } = this.deps;
    const { target, filter } = one;
    const { maxAckPending, deliverPolicy } = settings;
    const stream = await manager.streams.info(target.stream);
    const unread = one.begin ?? (filter === undefined ? 'all' : deliverPolicy);
    const storedPosition = async () => {
      const position = await positions.find(target);
      return position && beginAt(stream, position, unread);
    };
    const wishFrom = (begin: BeginAt) => ({ target, begin, filter, maxAckPending });
    const begin = (await storedPosition()) ?? unread;
    const add = (from: BeginAt) => addConsumer(manager, wishFrom(from));
    const write = (consumer: ConsumerInfo) => this.write({ ...link, ...one, stream, consumer, repeated: [] });
    const remake = (found: ConsumerInfo) => remakeConsumer({ manager, exclusively, storedPosition, write, add }, found);
    const { info, made, changed, uncorrected } = await ensureConsumer({ manager, remake }, wishFrom(begin));
    if (made) logger.info('stream.consumer_made', { ...target, begin, ...(filter ? { filter } : {}) });
    if (changed.length > 0) logger.warn('stream.consumer_changed', { ...target, changed });
    if (!uncorrected) this.logged.end(`kept ${keyOf(target)}`);
    else if (this.logged.isNew(`kept ${keyOf(target)}`, JSON.stringify(uncorrected)))
      logger.warn('stream.consumer_kept', { ...target, ...uncorrected });
    const allowed = info.config.max_ack_pending ?? maxAckPending;
    if (allowed >= maxAckPending) this.logged.end(`pending ${keyOf(target)}`);
    else if (this.logged.isNew(`pending ${keyOf(target)}`, String(allowed)))
      logger.warn('stream.fewer_pending', { ...target, wanted: maxAckPending, allowed });
    return { stream, consumer: info };
  }

  private async write(look: Look): Promise<void> {
    const { recorded } = await this.deps.positions.save([look]);
    if (recorded.length === 0)
      throw new Error('the position of a consumer that has to be made again cannot be written');
  }
}

const notReadAgain = ({ stream, consumer }: PullTarget, why: string) =>
  new Refusal(
    'journal_behind',
    `The database lacks messages that were acknowledged to the stream ${stream}, and they could not be read again (${why}). ` +
      `hukz tries again; its NATS user must be allowed to delete and make the consumer ${consumer} ($JS.API.CONSUMER.>).`,
  );
