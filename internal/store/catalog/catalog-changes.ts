import type {
  CatalogChanges,
  CatalogEvent,
  CatalogHistory,
  CatalogState,
  CatalogWebhook,
  WaitsBecause,
} from '../../domain/matching/catalog.js';
import type { CatalogSpace, SpaceMapping } from '../../domain/matching/space-names.js';
import type { Tags } from '../../domain/matching/tags.js';
import type { CatalogSchema } from '../../domain/schema/event-schema.js';
import { NO_SECRETS, type SecretPurpose } from '../../domain/secrets/secret.js';
import { DefaultsOfSpace } from '../../domain/settings/space-defaults.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { SEALED_ROW } from '../secrets/secret-row.js';
import { messageLimits, type SpaceLimits } from '../spaces/space-row.js';
import { NOTHING_STORED, type ReadSettings, readSettings } from '../webhooks/stored-settings.js';

const STAMP: Statement = { text: 'select stamp from catalog_version' };
/** Reads the state of the store's catalog, and how it relates to version $1 with stamp $2. */
const STATE: Statement = {
  text: `select version::float8, stamp,
           case when $1 = 0 then 'begun'
                when exists (select from catalog_stamps where version = $1 and stamp = $2) then 'continued'
                when version < $1 or $1 >= (select min(version) from catalog_stamps) then 'went_back'
                else 'forgotten' end as history
         from catalog_version`,
};
/** For an empty catalog, deleted rows are no changes. */
const IS_CHANGED = 'catalog_version > $1 and ($1 > 0 or deleted_at is null)';
const EVENTS: Statement = {
  text: `declare changed_events no scroll cursor for select id, event, publish_only, schemas, deleted_at is null as living from events where ${IS_CHANGED}`,
};
const WEBHOOKS: Statement = {
  text: `declare changed_webhooks no scroll cursor for
         select id, key, url, enabled,
           case when paused_at is not null then 'paused' when circuit_opened_at is not null then 'circuit_open' end as waits,
           space_id::float8, created_by_id::float8, tags, deleted_at is null as living,
           array(select event_id from webhook_events where webhook_id = webhooks.id order by event_id) as event_ids,
           nullif(own_settings, '{}')::text as own_settings,
           (select json_agg(json_build_array(purpose, key_id, encode(sealed, 'base64'), extract(epoch from expires_at) * 1000,
                ${SEALED_ROW})
              order by id desc)
            from webhook_secrets s where s.webhook_id = webhooks.id and (expires_at is null or expires_at > now())) as secrets
         from webhooks where ${IS_CHANGED}`,
};

/** For an empty catalog, a space of which no catalog has to know is no change. */
const SPACES: Statement = {
  text: `declare changed_spaces no scroll cursor for
         select id::float8, case when deleted_at is null then key end as key,
           deleted_at is null and isolation = 'strict' as is_strict, subject,
           case when deleted_at is null then nullif(defaults, '{}') end as defaults,
           case when deleted_at is null then nullif(limits - 'webhooks', '{}') end as limits
         from spaces where catalog_version > $1
           and ($1 > 0 or hukz_space_in_catalog(deleted_at, key, isolation, subject, limits, defaults) is not null)`,
};

/**
 * Number of rows that are read, mapped and applied in one turn of the event loop, which takes 3 ms. All 100,000 of a
 * catalog at once would take a second.
 */
const ROWS_PER_TICK = 500;
const CHANGED_EVENTS: Statement = { text: `fetch ${ROWS_PER_TICK} from changed_events` };
const CHANGED_WEBHOOKS: Statement = { text: `fetch ${ROWS_PER_TICK} from changed_webhooks` };
const CHANGED_SPACES: Statement = { text: `fetch ${ROWS_PER_TICK} from changed_spaces` };

interface EventRow {
  readonly id: number;
  readonly event: string;
  readonly publish_only: boolean;
  /** Null if it never had one. */
  readonly schemas: readonly CatalogSchema[] | null;
  readonly living: boolean;
}

interface WebhookRow {
  readonly id: number;
  readonly key: string | null;
  readonly url: string;
  readonly enabled: boolean;
  readonly waits: WaitsBecause | null;
  readonly space_id: number;
  readonly created_by_id: number;
  readonly tags: Tags;
  readonly living: boolean;
  readonly event_ids: readonly number[];
  /** JSON; null if there are none. */
  readonly own_settings: string | null;
  /** The newest secret is first. */
  readonly secrets: readonly SecretColumns[] | null;
}

interface SpaceRow {
  readonly id: number;
  readonly key: string | null;
  readonly is_strict: boolean;
  readonly subject: SpaceMapping | null;
  readonly defaults: unknown;
  readonly limits: SpaceLimits | null;
}

type SecretColumns = readonly [
  purpose: SecretPurpose,
  keyId: string | null,
  sealed: string,
  expiresAt: number | null,
  row: string | null,
];

export async function loadCatalogStamp(pool: JournalPool): Promise<string> {
  const [row] = await pool.run<{ stamp: string }>(STAMP, []);
  if (!row) throw new Error('the table catalog_version has lost its row');
  return row.stamp;
}

type Run = JournalPool['run'];
type StateRow = CatalogState & { readonly history: CatalogHistory };

/**
 * Passes on everything that changed after a known state, or the whole catalog if the store's catalog does not continue
 * from that state. All parts are of one snapshot. The event loop can do other work between two parts. Only the last
 * part has the new version and stamp.
 */
export async function loadCatalogChanges(
  pool: JournalPool,
  known: CatalogState,
  onPart: (part: CatalogChanges, history: CatalogHistory) => void,
): Promise<CatalogHistory> {
  return pool.transaction(async (run) => {
    const [state] = await run<StateRow>(STATE, [known.version, known.stamp || null]);
    if (!state) throw new Error('the table catalog_version has lost its row');
    const { version, stamp, history } = state;
    const since = history === 'continued' ? known.version : 0;
    const give = (part: Partial<CatalogChanges>) => onPart({ ...NOTHING, version: since, ...part }, history);
    await run(EVENTS, [since]);
    for await (const events of partsOf<EventRow>(run, CHANGED_EVENTS)) give(eventChanges(events));
    await run(SPACES, [since]);
    for await (const spaces of partsOf<SpaceRow>(run, CHANGED_SPACES)) give({ spaces: spaces.map(toCatalogSpace) });
    const shared = { idsOf: shareLists(), settingsOf: shareSettings() };
    await run(WEBHOOKS, [since]);
    for await (const webhooks of partsOf<WebhookRow>(run, CHANGED_WEBHOOKS)) give(webhookChanges(webhooks, shared));
    give({ version, stamp });
    return history;
  }, 'begin isolation level repeatable read read only');
}

const NOTHING = { events: [], deletedEventIds: [], webhooks: [], deletedWebhookIds: [], spaces: [] };

async function* partsOf<R extends object>(run: Run, next: Statement): AsyncGenerator<readonly R[]> {
  for (let coming = run<R>(next, []); ; ) {
    const rows = await coming;
    const isLast = rows.length < ROWS_PER_TICK;
    // PostgreSQL reads the next part while this one is applied.
    if (!isLast) coming = ahead(run<R>(next, []));
    if (rows.length > 0) yield rows;
    if (isLast) return;
  }
}

/** Handles the rejection of a part that is never awaited, because applying the part before it failed. */
function ahead<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

const eventChanges = (rows: readonly EventRow[]) => ({
  events: rows.filter(({ living }) => living).map(toCatalogEvent),
  deletedEventIds: rows.filter(({ living }) => !living).map(({ id }) => id),
});

const toCatalogEvent = ({ id, event: subject, publish_only, schemas }: EventRow): CatalogEvent => ({
  id,
  subject,
  ...(publish_only && { publishOnly: true as const }),
  ...(schemas?.some(({ mode }) => mode !== 'off') && { schemas }),
});

const toCatalogSpace = ({ id, key, is_strict: isStrict, subject, defaults, limits }: SpaceRow): CatalogSpace => ({
  id,
  key: key ?? undefined,
  strict: isStrict ? { mapping: subject ?? undefined } : undefined,
  defaults: toDefaults(id, defaults),
  limits: limits ? messageLimits(limits) : undefined,
});

function toDefaults(spaceId: number, stored: unknown): DefaultsOfSpace | undefined {
  if (stored === null) return undefined;
  const { settings, problem } = readSettings(stored, `the stored defaults of space ${spaceId}`);
  return new DefaultsOfSpace(settings, problem);
}

/** Values that are equal for many webhooks, and are then one object. */
interface Shared {
  readonly idsOf: ShareList;
  readonly settingsOf: (stored: string | null) => ReadSettings;
}

const webhookChanges = (rows: readonly WebhookRow[], shared: Shared) => ({
  webhooks: rows.filter(({ living }) => living).map((row) => toCatalogWebhook(row, shared)),
  deletedWebhookIds: rows.filter(({ living }) => !living).map(({ id }) => id),
});

function toCatalogWebhook(row: WebhookRow, { idsOf, settingsOf }: Shared): CatalogWebhook {
  const { settings, problem } = settingsOf(row.own_settings);
  return {
    id: row.id,
    ...(row.key !== null && { key: row.key }),
    url: row.url,
    enabled: row.enabled,
    waits: row.waits ?? undefined,
    spaceId: row.space_id,
    createdById: row.created_by_id,
    tags: row.tags,
    eventIds: idsOf(row.event_ids),
    settings,
    settingsProblem: problem,
    secrets: row.secrets?.map(toSecret) ?? NO_SECRETS,
  };
}

const toSecret = ([purpose, keyId, sealed, expiresAt, row]: SecretColumns) => ({
  purpose,
  keyId: keyId ?? undefined,
  sealed: Buffer.from(sealed, 'base64'),
  row: row ?? undefined,
  expiresAt: expiresAt ?? undefined,
});

type ShareList = (ids: readonly number[]) => readonly number[];

/**
 * Many webhooks have the same events, so equal lists are one object. Short values of tags are shared when they are
 * parsed.
 */
function shareLists(): ShareList {
  const known = new Map<string, readonly number[]>();
  return (ids) => {
    const key = ids.join();
    const there = known.get(key);
    if (!there) known.set(key, ids);
    return there ?? ids;
  };
}

const MAX_SHARED_SETTINGS = 1000;
const MAX_SHARED_LENGTH = 1000;

/** Parses equal settings once. Long ones contain certificates and are rarely equal, so they are not remembered. */
function shareSettings(): Shared['settingsOf'] {
  const known = new Map<string, ReadSettings>();
  return (stored) => {
    if (stored === null) return NOTHING_STORED;
    const there = known.get(stored);
    if (there) return there;
    const read = readSettings(JSON.parse(stored));
    if (known.size < MAX_SHARED_SETTINGS && stored.length <= MAX_SHARED_LENGTH) known.set(stored, read);
    return read;
  };
}
