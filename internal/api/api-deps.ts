import type { AuditRow } from '../domain/audit/audit-row.js';
import type { AttemptMade, ShownRequest } from '../domain/delivery/shown-request.js';
import type { CredentialsTest, Sample, TestAttempt } from '../domain/delivery/test-call.js';
import type { DoorSettings } from '../domain/egress/browser-door.js';
import type { FormatOf } from '../domain/format/format-of.js';
import type { Catalog } from '../domain/matching/catalog.js';
import type { SpaceNames } from '../domain/matching/space-names.js';
import type { SubjectRules } from '../domain/matching/subject.js';
import type { RateLimit, WebhookSettings } from '../domain/matching/webhook-settings.js';
import type { Message } from '../domain/message/message.js';
import type { Receipt } from '../domain/message/receipt.js';
import type { SchemaCheck } from '../domain/schema/schema-check.js';
import type { Verdict } from '../domain/schema/verdict.js';
import type { Degradation, Trouble } from '../domain/streams/degradation.js';
import type { Authenticate, Logins } from '../identity/authenticate.js';
import type { Logger } from '../logger.js';
import type { Event } from '../store/catalog/event-row.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { Db } from '../store/postgres/knex.js';
import type { Vault } from '../store/secrets/vault.js';
import type { ReplayReach } from './deliveries/replay-bodies.js';
import type { Refusals } from './http/refusals.js';
import type { Publishing } from './messages/publishing.js';
import type { OperatorLimits } from './operator-limits.js';

/** The stores that endpoints read and write. */
export interface Stores {
  readonly db: Db;
  /** The connections of the journal. */
  readonly pool: JournalPool;
  readonly vault: Vault;
}

/** Makes stored changes of events and webhooks active. */
export interface LiveCatalog {
  /** Resolves when this instance matches and subscribes according to the current state of the store. */
  catalogChanged(): Promise<void>;
  readonly logger: Logger;
}

/** The intake of registered events. */
export interface EventIntake {
  /**
   * Checks that NATS can deliver the subject. It is called before an event is stored, and before a stored event gets
   * another subject, because a subject that NATS cannot deliver is not stored.
   * @throws {AppError} `unavailable` while the answer is unknown, `unprocessable` if NATS will never deliver the
   * subject
   */
  admitEvent(event: Pick<Event, 'subject' | 'publishOnly'>, insteadOf?: string): Promise<void>;
  /**
   * The reasons why the messages of registered subjects do not arrive as they should, by subject. Each call computes
   * them.
   */
  degradationsBySubject(): ReadonlyMap<string, Degradation>;
  /** The rules for subjects that may be registered. */
  readonly subjectRules: SubjectRules;
  /** Filters do not look into larger payloads. */
  readonly filterMaxBytes: number;
}

/** The matching of fresh messages, by which decisions are explained. */
export interface Matching {
  readonly catalog: Catalog;
  /** Resolves when the catalog has the state that the store had at the call, or a later one. NATS is not needed. */
  loadCatalog(): Promise<void>;
  /** Whether a subject belongs to the NATS server, to a reply or to our own delivery events. */
  isReserved(subject: string): boolean;
  /** Judges a message by the schemas of its events, like the intake, and counts nothing. */
  judgeBySchemas(message: Pick<Message, 'subject' | 'headers' | 'payload'>): Promise<Verdict>;
}

/** The check of schemas, and of payloads by them, in a thread of its own. */
export interface SchemaTrials {
  readonly schemaTrials: {
    /** Without a payload, the schema is only compiled. */
    check(schema: { readonly id: 'unstored'; readonly text: string }, payload?: Uint8Array): Promise<SchemaCheck>;
  };
}

/** Messages in quarantine. */
export interface Quarantine {
  /** Accepts a message from quarantine like a fresh one, under its first id. */
  acceptReleased(message: Pick<Message, 'id' | 'receivedAt' | 'subject' | 'headers' | 'payload'>): Promise<Receipt>;
}

/** The receivers that webhooks may have. */
export interface Receivers extends OperatorLimits {
  /**
   * The reason why no message may be sent to the URL, as far as the URL alone shows it. It is called before the URL is
   * stored.
   */
  receiverProblem(url: URL): string | undefined;
}

/** The settings of webhooks that neither they nor their spaces set. */
export interface SettingDefaults {
  readonly configured: WebhookSettings;
}

/** A webhook, and the subject of the principal who tests it. */
export interface TestCall {
  readonly id: number;
  readonly caller: string;
}

/** Test calls to the receivers of webhooks. */
export interface TestCalls {
  /** Sends a sample to a webhook once, in the same way as its deliveries. @throws {AppError} `unavailable` */
  tryWebhook(asked: TestCall, sample: Sample): Promise<TestAttempt>;
  /** @throws {AppError} `unavailable`, or `conflict` if the webhook has no credentials to test */
  tryCredentials(asked: TestCall): Promise<CredentialsTest>;
}

/** Deliveries that are owed or were made. */
export interface Deliveries {
  /** How far back messages can be replayed, and how far back both sides of the account are kept. */
  readonly reach: ReplayReach & { readonly accountMs: number };
  /**
   * The first delivery of an ordering key is gone. The next delivery is sent now, by this instance or by the first
   * instance that looks.
   */
  advanceKey(webhookId: number, orderKey: string): void;
  /** The formats of webhooks, by which logs show what was sent. */
  readonly formatOf: FormatOf;
  /** The request of an attempt, made again without its secrets; undefined when the webhook cannot be sent to. */
  showRequest(made: AttemptMade): ShownRequest | undefined;
}

/** Messages that are published over HTTP. */
export interface HttpPublishing {
  readonly publishing: Publishing;
  /** The spaces that a message can name by their keys. */
  readonly spaceNames: SpaceNames;
}

/** The APIs of other systems that this API also answers (`COMPAT`). */
export interface Compatibility {
  readonly compat: {
    /** `userId` is the user of requests without `X-User`. */
    readonly webhooksRs?: { readonly userId: number | undefined };
  };
}

/** The record of changes and reads through the API. */
export interface AuditTrail {
  /** Gets the rows of the audit after their commit. Must not throw. Undefined: nothing wants them. */
  readonly audited?: ((rows: readonly AuditRow[]) => void) | undefined;
}

/** The tokens by which callers say who they are. */
export interface TokenLogins {
  /** Whether `AUTH` accepts tokens. */
  readonly acceptsTokens: boolean;
  /** Resolves when this instance recognises the tokens that the store has. */
  tokensChanged(): Promise<void>;
}

/** The state of this instance and of its dependencies. */
export interface Health {
  /** The delivery guarantee, and the point from which it holds for a message. */
  readonly guarantee: string;
  /** `troubles` by dependency. It is empty when the instance is ready. */
  readiness(): Promise<{
    readonly troubles: Readonly<Record<string, Trouble>>;
    readonly degraded: readonly Degradation[];
  }>;
  /** Whether the `Authorization` header allows a caller to read the answers and the addresses of servers. */
  mayReadDetails(authorization: string | undefined): boolean;
}

/** The checks of a request before its endpoint is looked up. */
export interface Entrance {
  /** Finds the principal of a request. */
  readonly authenticate: Authenticate;
  /** The ways in which callers may say who they are. */
  readonly logins: Logins;
  /** The hosts that are answered, and the hosts whose pages may send requests. */
  readonly door: DoorSettings;
  /** `API_RATE`. Undefined means that there is no limit. */
  readonly apiRate: RateLimit | undefined;
  /** Receives each request that is refused by a rule or a limit of the API, and each answer that is cut off. */
  readonly refusals: Refusals;
}

/** Facts that the description of the API contains. */
export interface Described extends OperatorLimits, Pick<Entrance, 'logins'> {
  readonly version: string;
  /** Whether `/docs`, the page for people, is served. */
  readonly development: boolean;
}

/** The ports of all endpoints. */
export interface EndpointDeps
  extends Stores,
    LiveCatalog,
    EventIntake,
    Matching,
    Receivers,
    SettingDefaults,
    TestCalls,
    Deliveries,
    HttpPublishing,
    SchemaTrials,
    Quarantine,
    Pick<Entrance, 'refusals'>,
    Compatibility,
    TokenLogins,
    AuditTrail,
    Health,
    Described {}

/** Everything that the API needs from the rest of the service. */
export interface ApiDeps extends EndpointDeps, Entrance {}
