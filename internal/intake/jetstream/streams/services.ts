import type { NatsConnection } from 'nats';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { findServices, MAX_SUBJECTS } from './find-services.js';

/** A service that begins, and a permission that is granted, are noticed within this time. A request that is refused is a line in the server's log. */
const EVERY_MS = 60_000;

/** The NATS services that answer requests, as they were found last, and whether they could be asked. */
export class Services {
  private found: readonly string[] = [];
  private problem: string | undefined;
  private askedAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** Subjects on which a service answers. */
  get subjects(): readonly string[] {
    return this.found;
  }

  /** Whether it is time to ask again. */
  get isDue(): boolean {
    return this.now() - this.askedAt >= EVERY_MS;
  }

  /** Asks them; whether other subjects are known than before. */
  async look(connection: NatsConnection): Promise<boolean> {
    const before = this.found;
    const { subjects, problem } = await findServices(connection);
    // What may be there still keeps its subject: nothing says that it has ended.
    const known = problem === undefined ? subjects : [...new Set([...subjects, ...this.found])];
    this.found = known.slice(0, MAX_SUBJECTS).sort();
    this.problem = problem;
    this.askedAt = this.now();
    return this.found.join('\n') !== before.join('\n');
  }

  degraded(): readonly Degradation[] {
    if (this.problem === undefined) return [];
    const problem =
      `The NATS services could not be asked for their subjects: ${this.problem}. An event may be taken for a subject on which a service ` +
      'answers, and our stream then answers in its place: allow hukz to publish to $SRV.INFO, or set STREAM_ACK=publish-only or off.';
    return [{ reason: 'services_unknown', problem }];
  }
}
