import type { NatsConnection } from 'nats';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { findServices, MAX_SUBJECTS } from './find-services.js';

/**
 * A new service, and a newly granted permission, are noticed within this time. The server logs each refused request.
 */
const EVERY_MS = 60_000;

/** The NATS services that answer requests, as of the last look, and whether they could be queried. */
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

  /** Whether the services are due to be queried again. */
  get isDue(): boolean {
    return this.now() - this.askedAt >= EVERY_MS;
  }

  /** Queries the services. Returns whether the known subjects have changed. */
  async look(connection: NatsConnection): Promise<boolean> {
    const before = this.found;
    const { subjects, problem } = await findServices(connection);
    // A service that may still exist keeps its subject, because nothing shows that it has ended.
    const known = problem === undefined ? subjects : [...new Set([...subjects, ...this.found])];
    this.found = known.slice(0, MAX_SUBJECTS).sort();
    this.problem = problem;
    this.askedAt = this.now();
    return this.found.join('\n') !== before.join('\n');
  }

  degraded(): readonly Degradation[] {
    if (this.problem === undefined) return [];
    const problem =
      `The NATS services could not be asked for their subjects: ${this.problem}. An event may be registered for a subject on which a service ` +
      'answers, and the stream of hukz then answers in its place: allow hukz to publish to $SRV.INFO, or set STREAM_ACK=publish-only or off.';
    return [{ reason: 'services_unknown', problem }];
  }
}
