import { coalesce } from '../coalesce.js';
import { Catalog, type CatalogChanges, type CatalogHistory, type CatalogState } from '../domain/matching/catalog.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { OncePerChange } from '../once-per-change.js';
import { type Repeating, repeat } from '../repeat.js';

export interface CatalogSyncDeps {
  readonly catalog: Catalog;
  loadStamp(): Promise<string>;
  /**
   * Hands over what changed since a state, or the whole catalog where the store's history did not continue from it. It
   * comes in parts, each in a turn of the event loop; the last one bears the new version and stamp.
   */
  loadChanges(
    known: CatalogState,
    onPart: (part: CatalogChanges, history: CatalogHistory) => void,
  ): Promise<CatalogHistory>;
  /** Calls back when another instance has changed something. */
  listen(notified: () => void): { stop(): Promise<void> };
  readonly logger: Logger;
}

export interface CatalogFollowers {
  /** Makes the subscriptions follow; rejects when NATS does not confirm. */
  reconcile(): Promise<void>;
  onChanged(): void;
  /** Webhooks are gone, or their ids name other receivers now: what memory holds for them must not be sent. */
  onReplaced(webhookIds: ReadonlySet<number>): void;
}

export interface CatalogSync {
  /** Loads the catalog and follows it from then on. Rejects when the first load does. */
  start(followers: CatalogFollowers): Promise<void>;
  /** Loads what changed, without making anybody follow. */
  reload(): Promise<void>;
  /** The same, through outages of the store; rejects once it is abandoned. */
  catchUp(): Promise<void>;
  /** Resolves when what the store said after the call is matched and subscribed by. */
  refresh(): Promise<void>;
  /** How often the store's catalog went back. */
  wentBack(): number;
  stop(): Promise<void>;
  /** Ends the patience of `catchUp`. */
  abandon(): void;
}

const POLL_MS = 1000;
const RETRY_MS = 200;

/** Keeps the catalog like the store: by notification, and by polling its stamp as the safety net. */
export function makeCatalogSync(deps: CatalogSyncDeps): CatalogSync {
  const { catalog, logger } = deps;
  let listener: { stop(): Promise<void> } | undefined;
  let polling: Repeating | undefined;
  let followers: CatalogFollowers | undefined;
  const stopped = new AbortController();
  let wentBack = 0;
  const failure = new OncePerChange();

  /** Swaps in a catalog that was built from the beginning: one that was loaded in part leaves nothing behind. */
  const replace = (fresh: Catalog, history: CatalogHistory) => {
    const { version: before } = catalog;
    const replaced = catalog.become(fresh);
    followers?.onReplaced(replaced);
    if (history !== 'went_back') return;
    wentBack++;
    const { version } = catalog;
    logger.warn('catalog.went_back', { version_before: before, version, replaced_webhooks: replaced.size });
  };

  /** One at a time: an older picture applied after a newer one would bring deleted webhooks back. */
  const load = coalesce(async () => {
    if ((await deps.loadStamp()) === catalog.stamp) return;
    const fresh = new Catalog();
    const history = await deps.loadChanges(catalog, (part, found) => {
      (found === 'continued' ? catalog : fresh).apply(part);
    });
    if (history !== 'continued') replace(fresh, history);
    followers?.onChanged();
    logger.info('catalog.changed', { version: catalog.version, ...catalog.size });
  });

  /** What is known is followed also while the store is away. */
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
