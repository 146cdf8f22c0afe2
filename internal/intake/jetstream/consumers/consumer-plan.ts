import { createHash } from 'node:crypto';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { PullTarget } from '../pull-target.js';
import { durableName } from '../stream-settings.js';
import { unsuitable } from '../streams/own-config.js';
import type { ListedStreams } from '../streams/streams.js';
import type { WantedConsumer } from '../wanted-consumer.js';

/** The consumers that a plan needs, and their names. All instances of a queue group read the same consumers. */
export class ConsumerPlan {
  /** The consumer that reads all of our stream. */
  readonly own: PullTarget;
  private readonly foreignName: RegExp;

  constructor(
    private readonly queueGroup: string,
    ownStream: string,
  ) {
    this.own = { stream: ownStream, consumer: durableName(queueGroup) };
    this.foreignName = new RegExp(`^${this.own.consumer}_[0-9a-f]{${HASH_DIGITS}}$`);
  }

  /** Whether the target is a consumer of this queue group that reads one subject of a foreign stream. */
  isForeign({ stream, consumer }: PullTarget): boolean {
    return stream !== this.own.stream && this.foreignName.test(consumer);
  }

  /** The consumer that reads one subject of a foreign stream. */
  foreign(stream: string, subject: string): PullTarget {
    return { stream, consumer: this.nameOf(subject) };
  }

  readonly nameOf = (subject: string): string => durableName(this.queueGroup, `_${hash(subject)}`);

  of(plan: StreamPlan, { own, foreign }: ListedStreams): readonly WantedConsumer[] {
    const createdOf = new Map(foreign.map(({ name, created }) => [name, created]));
    const wanted: WantedConsumer[] = plan.foreign.map(({ stream, subject }) => ({
      target: this.foreign(stream, subject),
      filter: subject,
      created: createdOf.get(stream) ?? '',
    }));
    return own && !unsuitable(own)
      ? [{ target: this.own, filter: undefined, created: own.created }, ...wanted]
      : wanted;
  }
}

const HASH_DIGITS = 8;
const hash = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, HASH_DIGITS);
