import type { JetStreamManager } from 'nats';
import { overlapping } from '../../../domain/matching/covered-by.js';
import type { Logger } from '../../../logger.js';
import type { FollowedCatalog } from '../../followed-catalog.js';
import { Backoffs } from '../backoffs.js';
import type { RememberedConsumer } from '../positions/remembered-consumer.js';
import { keyOf, type PullTarget } from '../pull-target.js';
import { isNotFound, refusalOf } from '../refusal.js';
import type { StreamSettings } from '../stream-settings.js';
import type { ConsumerPlan } from './consumer-plan.js';
import type { Consumers } from './consumers.js';

interface ReadConsumers extends Pick<Consumers, 'remove'> {
  /** The consumers that instances have read, as the database remembers them. */
  remembered(): Promise<readonly RememberedConsumer[]>;
  /** Whether this instance reads the consumer. */
  isRead(target: PullTarget): boolean;
}

export interface OrphanedConsumersDeps {
  readonly settings: Pick<StreamSettings, 'deliverPolicy'>;
  readonly consumers: ReadConsumers;
  readonly plan: ConsumerPlan;
  readonly catalog: Pick<FollowedCatalog, 'subjects' | 'barred' | 'stamp'>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/**
 * Removes the consumers of deleted events from foreign streams, and their rows. A remaining consumer would count
 * against the limits of the stream, and an event that is registered again days later would begin with the messages in
 * between. A consumer that may still have messages of a registered event is not an orphan, see `Moves`.
 */
export class OrphanedConsumers {
  /** The stamp of the catalog for which no orphan is left. */
  private cleanFor: string | undefined;
  /** The orphans that the previous look found. One look later, all instances know that the event is deleted. */
  private suspected: ReadonlySet<string> = new Set();
  private readonly backoffs: Backoffs;

  constructor(private readonly deps: OrphanedConsumersDeps) {
    this.backoffs = new Backoffs(deps.now);
  }

  async look(manager: JetStreamManager): Promise<void> {
    const stamp = this.deps.catalog.stamp();
    if (this.cleanFor === stamp) return;
    const { plan, consumers } = this.deps;
    const remembered = await consumers.remembered();
    const unread = remembered.filter((one) => plan.isForeign(one) && !consumers.isRead(one) && !this.isNeeded(one));
    this.backoffs.retainOnly(new Set(unread.map(keyOf)));
    const left: string[] = [];
    for (const one of unread) if (!(await this.isDealtWith(manager, one))) left.push(keyOf(one));
    this.suspected = new Set(left);
    if (left.length === 0) this.cleanFor = stamp;
  }

  /** Returns false if a later look has to handle the consumer again. */
  private async isDealtWith(manager: JetStreamManager, one: RememberedConsumer): Promise<boolean> {
    const key = keyOf(one);
    if (!this.backoffs.mayTry(key)) return false;
    const { consumers, logger } = this.deps;
    const { stream, consumer } = one;
    const target = { stream, consumer };
    try {
      if (await this.mayStay(manager, one)) return true;
      if (!this.suspected.has(key)) return false;
      await consumers.remove(manager, target, { because: 'its event is deleted', isNeeded: () => this.isNeeded(one) });
      return true;
    } catch (error) {
      const refusal = refusalOf(
        error,
        'consumer_refused',
        `to remove the consumer ${consumer} of the stream ${stream}`,
      );
      if (!this.backoffs.of(key)) logger.warn('stream.consumer_not_removed', { ...target, error: refusal.message });
      this.backoffs.add(key, refusal);
      return false;
    }
  }

  /**
   * With `DELIVER_POLICY=all`, an event that is registered again continues at its position. A row from before migration
   * 0025 does not contain the subject of its consumer, which may be a part of a registered event.
   */
  private async mayStay(manager: JetStreamManager, one: RememberedConsumer): Promise<boolean> {
    const isForAll = this.deps.settings.deliverPolicy === 'all';
    if (one.filter !== null && !isForAll) return false;
    const filter = await filterOf(manager, one);
    return filter !== undefined && (isForAll || overlapping(this.registered(), filter).length > 0);
  }

  private isNeeded({ consumer, filter }: RememberedConsumer): boolean {
    const subjects = this.registered();
    if (filter === null) return subjects.some((subject) => this.deps.plan.nameOf(subject) === consumer);
    return overlapping(subjects, filter).length > 0;
  }

  private registered(): readonly string[] {
    const { catalog } = this.deps;
    return [...catalog.subjects(), ...catalog.barred()];
  }
}

/** The subject that a consumer reads. Undefined means that the consumer does not exist. */
async function filterOf(manager: JetStreamManager, { stream, consumer }: PullTarget): Promise<string | undefined> {
  try {
    return (await manager.consumers.info(stream, consumer)).config.filter_subject ?? '>';
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
