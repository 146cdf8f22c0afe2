import type { AcceptorStats } from '../../intake/acceptor.js';
import type { IntakeStats } from '../../intake/intake.js';

/** Numbers that other parts count on their own. They are read when the metrics are requested. */
export interface Readings {
  readonly version: string;
  readonly guarantee: string;
  acceptor(): Omit<AcceptorStats, 'waitingBytes' | 'latest'>;
  dispatch(): {
    readonly inFlight: number;
    readonly hung: number;
    readonly queued: number;
    readonly resident: number;
    readonly residentBytes: number;
    readonly spacesAtShare: number;
  };
  /** Number of test calls that were refused because too many were running. */
  testCallsRefused(): number;
  sender(): {
    readonly sockets: number;
    readonly origins: number;
    readonly resent: number;
    readonly sessionsRefused: number;
  };
  intake(): IntakeStats;
  /** Number of NATS accounts of spaces whose messages arrive, and of the others. */
  accounts(): { readonly received: number; readonly unreceived: number };
  spaceClaimsRefused(): number;
  catalog(): { readonly events: number; readonly webhooks: number };
  catalogWentBack(): number;
  /** Number of messages that exceeded a limit of their space, by limit. */
  overLimits(): ReadonlyMap<string, number>;
  /** Number of webhooks to which nothing is sent, because their stored settings could not be read. */
  settingsNotRead(): number;
  /** Milliseconds by which the clock of this machine is ahead of the database's clock. */
  clockOffsetMs(): number;
  /** Number of checks of messages that were ended. */
  schemaChecksEnded(): number;
  /** Number of registered events whose intake is degraded, by reason. Every reason is present. */
  degraded(): ReadonlyMap<string, number>;
  deliveryEventsDropped(): number;
  auditEventsDropped(): number;
  /** Number of webhooks whose deliveries are parked, by reason. */
  waiting(): { readonly paused: number; readonly circuit_open: number };
  statements(): number;
  /** Number of erased messages of which a delivery or a copy is left. */
  erasuresWaiting(): number;
  /** Number of PostgreSQL sessions that were discarded, by pool. */
  readonly sessionsLeft: Readonly<Record<string, number>>;
}

/** `max` is for readings that are the same in each worker. */
export type Reading = readonly [name: string, help: string, read: () => number, over?: 'max'];

export const counters = (from: Readings): readonly Reading[] => [
  [
    'hukz_results_dropped_total',
    'Delivery events that could not be published to NATS, or that NATS refused',
    () => from.deliveryEventsDropped(),
  ],
  [
    'hukz_audit_events_dropped_total',
    'Rows of the audit that could not be published to NATS, or that NATS refused',
    () => from.auditEventsDropped(),
  ],
  ['hukz_messages_received_total', 'Messages received from NATS', () => from.acceptor().received],
  ['hukz_messages_accepted_total', 'Messages committed to the journal', () => from.acceptor().accepted],
  ['hukz_deliveries_accepted_total', 'Deliveries committed to the journal', () => from.acceptor().deliveries],
  ['hukz_messages_dropped_total', 'Messages lost because the intake queue was full', () => from.acceptor().dropped],
  [
    'hukz_messages_delayed_total',
    'Messages returned to their stream because the intake queue was full',
    () => from.acceptor().delayed,
  ],
  ['hukz_messages_refused_total', 'Messages that could not be stored', () => from.acceptor().refused],
  ['hukz_messages_unregistered_total', 'Messages that match no registered event', () => from.acceptor().unregistered],
  ['hukz_messages_bad_routing_total', 'Messages with malformed Hukz- headers', () => from.acceptor().badRouting],
  [
    'hukz_messages_filtered_total',
    'Messages that no webhook got, although webhooks of their event have filters',
    () => from.acceptor().filtered,
  ],
  [
    'hukz_messages_filter_oversize_total',
    'Messages whose payload is larger than filters look into',
    () => from.acceptor().filterOversize,
  ],
  [
    'hukz_messages_withheld_total',
    'Messages that name no space and were therefore withheld from the webhooks of strict spaces',
    () => from.acceptor().withheld,
  ],
  [
    'hukz_messages_reserved_total',
    'Messages ignored because their subject is reserved for the NATS server, replies or the delivery events of hukz',
    () => from.acceptor().reserved,
  ],
  [
    'hukz_receipts_refused_total',
    'Requests with Hukz-Receipt that were not answered because their reply subject is no inbox',
    () => from.intake().receiptsRefused,
  ],
  [
    'hukz_space_claims_refused_total',
    'Messages that no webhook got because they named another space than the one of their NATS account',
    () => from.spaceClaimsRefused(),
  ],
  ['hukz_messages_duplicate_total', 'Messages that were already in the journal', () => from.acceptor().duplicates],
  [
    'hukz_messages_schema_warned_total',
    'Messages that break a schema of their event and were accepted (mode warn)',
    () => from.acceptor().schemaWarned,
  ],
  [
    'hukz_messages_schema_rejected_total',
    'Messages that break a schema of their event and were refused (mode reject)',
    () => from.acceptor().schemaRejected,
  ],
  [
    'hukz_messages_schema_quarantined_total',
    'Messages that break a schema of their event, or could not be checked, and were put into quarantine',
    () => from.acceptor().schemaQuarantined,
  ],
  [
    'hukz_schema_checks_ended_total',
    'Checks of messages that took too long or too much memory and were ended',
    () => from.schemaChecksEnded(),
  ],
  ['hukz_stream_gap_messages_total', 'Messages evicted from the stream unread', () => from.intake().streamGap],
  [
    'hukz_journal_went_back_total',
    'Streams read again because the database had lost acknowledged messages',
    () => from.intake().journalWentBack,
  ],
  [
    'hukz_stream_lost_total',
    'Streams and consumers that were missing and were created again',
    () => from.intake().streamLost,
  ],
  [
    'hukz_message_headers_dropped_total',
    'Header lines of messages that could not be read',
    () => from.intake().headersDropped,
  ],
  [
    'hukz_intake_callback_failures_total',
    'Faults of hukz while it read a message',
    () => from.intake().callbacksFailed,
  ],
  [
    'hukz_requests_resent_total',
    'Requests sent twice within an attempt because a reused connection or a resumed TLS session failed before its answer',
    () => from.sender().resent,
  ],
  [
    'hukz_tls_sessions_refused_total',
    'Times that hukz stopped resuming TLS sessions with an origin for ten minutes because a resumed connection failed',
    () => from.sender().sessionsRefused,
  ],
  [
    'hukz_catalog_went_back_total',
    'Times that the database turned out to hold an older catalog, after a restore or a failover',
    () => from.catalogWentBack(),
  ],
  [
    'hukz_test_calls_refused_total',
    'Test calls that were refused because too many were running',
    () => from.testCallsRefused(),
  ],
  ['hukz_journal_statements_total', 'SQL statements of the journal', () => from.statements()],
];

export const gauges = (from: Readings): readonly Reading[] => [
  ['hukz_messages_waiting', 'Messages received and not yet committed', () => from.acceptor().waiting],
  ['hukz_deliveries_in_flight', 'Concurrent requests to receivers', () => from.dispatch().inFlight],
  [
    'hukz_deliveries_hung',
    'Concurrent requests to webhooks whose previous request hung; at most a quarter of the slots',
    () => from.dispatch().hung,
  ],
  [
    'hukz_spaces_at_share',
    'Spaces whose deliveries wait because the space, or a user or an origin in it, uses its full share of the slots',
    () => from.dispatch().spacesAtShare,
  ],
  ['hukz_deliveries_queued', 'Deliveries in memory that wait for a slot', () => from.dispatch().queued],
  [
    'hukz_deliveries_owned',
    'Deliveries in memory, from before their commit until they are settled',
    () => from.dispatch().resident,
  ],
  ['hukz_deliveries_owned_bytes', 'Total size of the deliveries in memory', () => from.dispatch().residentBytes],
  ['hukz_sockets', 'Open connections to receivers', () => from.sender().sockets],
  ['hukz_origins', 'Receivers with connections', () => from.sender().origins],
  ['hukz_subscriptions', 'Active NATS subscriptions, or consumers that are read', () => from.intake().subscriptions],
  ['hukz_nats_accounts', 'NATS accounts of spaces whose messages are received', () => from.accounts().received, 'max'],
  [
    'hukz_nats_accounts_unreceived',
    'NATS accounts of spaces whose messages are not received, for any reason',
    () => from.accounts().unreceived,
    'max',
  ],
  [
    'hukz_stream_pending',
    'Messages in the stream that no instance has received yet',
    () => from.intake().streamPending,
    'max',
  ],
  [
    'hukz_clock_offset_seconds',
    "How far the clock of this machine is ahead of the database's; 0 while they agree",
    () => from.clockOffsetMs() / 1000,
    'max',
  ],
  [
    'hukz_erasures_waiting',
    'Erased messages of which a delivery under way, or a copy in the stream, is left',
    () => from.erasuresWaiting(),
    'max',
  ],
  ['hukz_catalog_events', 'Registered events', () => from.catalog().events, 'max'],
  ['hukz_catalog_webhooks', 'Registered webhooks', () => from.catalog().webhooks, 'max'],
  ['hukz_webhooks_paused', 'Paused webhooks', () => from.waiting().paused, 'max'],
  [
    'hukz_webhooks_unread',
    'Webhooks to which nothing is sent, because their stored settings cannot be read',
    () => from.settingsNotRead(),
    'max',
  ],
  [
    'hukz_circuits_open',
    'Webhooks whose circuit breaker is open; their deliveries wait for a successful probe',
    () => from.waiting().circuit_open,
    'max',
  ],
];
