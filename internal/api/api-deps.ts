import type { CredentialsTest, Sample, TestAttempt } from '../domain/delivery/test-call.js';
import type { DoorSettings } from '../domain/egress/browser-door.js';
import type { Event } from '../domain/matching/event.js';
import type { SubjectRules } from '../domain/matching/subject.js';
import type { RateLimit } from '../domain/matching/webhook-settings.js';
import type { Degradation, Trouble } from '../domain/streams/degradation.js';
import type { Logger } from '../logger.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { Db } from '../store/postgres/knex.js';
import type { Vault } from '../store/secrets/vault.js';
import type { ReplayReach } from './deliveries/replay-bodies.js';
import type { Refusals } from './http/refusals.js';
import type { OperatorLimits } from './operator-limits.js';

/** A webhook, and the user who tries it. */
export interface TestCall {
  readonly id: number;
  readonly userId: number;
}

/** What the API needs from the rest of the service. */
export interface ApiDeps extends OperatorLimits {
  readonly db: Db;
  readonly pool: JournalPool;
  readonly vault: Vault;
  /** How far back there is something to replay, and both sides of the account. */
  readonly reach: ReplayReach & { readonly accountMs: number };
  /** Resolves when this instance matches and subscribes by what the store says now. */
  catalogChanged(): Promise<void>;
  /**
   * Asked before an event is stored, or stored in place of what had another subject: what NATS cannot give us is not stored.
   * @throws {AppError} `unavailable` while it cannot be told, `unprocessable` when it never will
   */
  admitEvent(event: Pick<Event, 'subject' | 'publishOnly'>, insteadOf?: string): Promise<void>;
  /** Why no message may be sent there, as far as the URL tells; asked before it is stored. */
  receiverProblem(url: URL): string | undefined;
  /** What a message is worth, from where on. */
  readonly guarantee: string;
  /** `troubles` by dependency are empty when ready. */
  readiness(): Promise<{
    readonly troubles: Readonly<Record<string, Trouble>>;
    readonly degraded: readonly Degradation[];
  }>;
  /** Whether a caller may read what servers answered and where they are, by its `Authorization` header. */
  mayReadDetails(authorization: string | undefined): boolean;
  /** Why the messages of registered subjects do not come as they should, by subject. It is computed by each call. */
  degradationsBySubject(): ReadonlyMap<string, Degradation>;
  /** Sends a sample to a webhook, once, by the way of its deliveries. @throws {AppError} `unavailable` */
  tryWebhook(asked: TestCall, sample: Sample): Promise<TestAttempt>;
  /** @throws {AppError} `unavailable`, or `conflict` where there is nothing to try */
  tryCredentials(asked: TestCall): Promise<CredentialsTest>;
  /** The first of an ordered webhook's key has gone: the next is sent now, by this instance or whoever looks first. */
  nextOfKey(webhookId: number, orderKey: string): void;
  readonly logger: Logger;
  readonly version: string;
  /** Whether the page for people, `/docs`, is served. */
  readonly development: boolean;
  /** Which hosts are answered, and pages of which hosts. */
  readonly door: DoorSettings;
  /** `API_RATE`; undefined: without a limit. */
  readonly apiRate: RateLimit | undefined;
  /** Told of each request that is refused before its route is looked for, and of each answer that is cut off. */
  readonly refusals: Refusals;
  /** Which subjects may be registered. */
  readonly subjectRules: SubjectRules;
}
