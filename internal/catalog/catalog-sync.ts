import { coalesce } from '../coalesce.js';
import type { Catalog, CatalogChanges, CatalogHistory, CatalogState } from '../domain/matching/catalog.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { OncePerChange } from '../once-per-change.js';
import { type Repeating, repeat } from '../repeat.js';

export interface CatalogSyncDeps {
  readonly catalog: Catalog;
  loadStamp(): Promise<string>;
  /**
   * Passes on all changes since a state, or the whole catalog if the store's history does not continue from that state.
   * Each part is applied in its own turn of the event loop; the last part has the new version and stamp.
   */
  loadChanges(
    known: CatalogState,
    onPart: (part: CatalogChanges, history: CatalogHistory) => void,
  ): Promise<CatalogHistory>;
  /** Calls back when another instance has changed the catalog. */
  listen(notified: () => void): { stop(): Promise<void> };
  readonly logger: Logger;
}

export interface CatalogFollowers {
  /** Makes the subscriptions follow the catalog. Rejects when NATS does not confirm. */
  reconcile(): Promise<void>;
  onChanged(): void;
  /**
   * Reports webhooks that are gone, or whose ids name other receivers now. Their deliveries in memory must not be sent.
   */
  onReplaced(webhookIds: ReadonlySet<number>): void;
}

export interface CatalogSync {
  /** Loads the catalog and follows the store from then on. Rejects when the first load does. */
  start(followers: CatalogFollowers): Promise<void>;
  /** Loads the changes without notifying the followers. */
  reload(): Promise<void>;
  /** As `reload`, but retries while the store is unavailable. Rejects once it is abandoned. */
  catchUp(): Promise<void>;
  /** Resolves when matching and the subscriptions use the state that the store had at the call, or a later one. */
  refresh(): Promise<void>;
  /** Number of times that the store's catalog went back to an earlier state. */
  wentBack(): number;
  stop(): Promise<void>;
  /** Makes `catchUp` reject instead of retrying. */
  abandon(): void;
}

const POLL_MS = 1000;
const RETRY_MS = 200;

/** Keeps the catalog equal to the store's: by notification, and by polling the stamp as a safety net. */
export function makeCatalogSync(deps: CatalogSyncDeps): CatalogSync {
  const { catalog, logger } = deps;
  let listener: { stop(): Promise<void> } | undefined;
  let polling: Repeating | undefined;
  let followers: CatalogFollowers | undefined;
  const stopped = new AbortController();
  let wentBack = 0;
  const failure = new OncePerChange();

  /**
   * Replaces the catalog by one that was built from the beginning. A catalog that was loaded in part leaves nothing
   * behind.
   */
  const replace = (fresh: Catalog, history: CatalogHistory) => {
    const { version: before } = catalog;
    const replaced = catalog.become(fresh);
    followers?.onReplaced(replaced);
    if (history !== 'went_back') return;
    wentBack++;
    const { version } = catalog;
    logger.warn('catalog.went_back', { version_before: before, version, replaced_webhooks: replaced.size });
  };

  /** Loads run one at a time: an older state applied after a newer one would bring deleted webhooks back. */
  const load = coalesce(async () => {
    if ((await deps.loadStamp()) === catalog.stamp) return;
    const fresh = catalog.empty();
    const history = await deps.loadChanges(catalog, (part, found) => {
      (found === 'continued' ? catalog : fresh).apply(part);
    });
    if (history !== 'continued') replace(fresh, history);
    followers?.onChanged();
    logger.info('catalog.changed', { version: catalog.version, ...catalog.size });
  });

  /** The followers also follow the known catalog while the store is unavailable. */
  const refresh = coalesce(async () => {
    const [loaded] = await Promise.allSettled([load()]);
    await followers?.reconcile();
    if (loaded.status === 'rejected') throw loaded.reason;
  });

  const catchUp = coalesce(async () => {
    for (;;) {
      try {
        await load();
        return;
      } catch (error) {
        if (stopped.signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  });

  return {
    refresh,
    reload: load,
    wentBack: () => wentBack,
    catchUp,
    async start(those) {
      followers = those;
      await load();
      const refreshed = async () => {
        await refresh();
        if (failure.end('')) logger.info('catalog.refreshed');
      };
      polling = repeat(refreshed, {
        everyMs: POLL_MS,
        onError: (error) => {
          const words = messageOf(error);
          if (failure.isNew('', words)) logger.warn('catalog.refresh_failed', { error: words });
        },
      });
      listener = deps.listen(() => polling?.wake());
    },
    async stop() {
      await listener?.stop();
      await polling?.stop();
    },
    abandon: () => stopped.abort(),
  };
}
