import { type CatalogSync, makeCatalogSync } from '../catalog/catalog-sync.js';
import { makeTokenDirectory, type TokenDirectory } from '../catalog/token-directory.js';
import { makeUnreadSettings, type UnreadSettings } from '../catalog/unread-settings.js';
import { capSettings } from '../domain/limits/ceilings.js';
import { Catalog } from '../domain/matching/catalog.js';
import type { SubjectRules } from '../domain/matching/subject.js';
import { makePermittedEvents, type PermittedEvents } from '../intake/permitted-events.js';
import { loadCatalogChanges, loadCatalogStamp } from '../store/catalog/catalog-changes.js';
import { listen } from '../store/postgres/listen.js';
import { loadTokenChanges, recordTokenUse } from '../store/tokens/token-changes.js';
import type { Base } from './base.js';
import type { Store } from './open/open-store.js';
import { subjectRulesOf } from './subject-rules.js';

/** The events and webhooks in the memory of this instance, and the parts that keep them equal to the store. */
export interface Registry {
  readonly catalog: Catalog;
  readonly catalogSync: CatalogSync;
  readonly permitted: PermittedEvents;
  readonly unreadSettings: UnreadSettings;
  readonly subjectRules: SubjectRules;
  readonly tokens: TokenDirectory;
}

export function wireCatalog({ config, logger, clock }: Base, { pool, connection }: Store): Registry {
  const { filterMaxBytes } = config.intake;
  const catalog = new Catalog({ filterMaxBytes, cap: (settings) => capSettings(settings, config.ceilings) });
  const subjectRules = subjectRulesOf(config, logger);
  const unreadSettings = makeUnreadSettings(logger, (known, onPart) => loadCatalogChanges(pool, known, onPart));
  const permitted = makePermittedEvents(subjectRules, unreadSettings.load);
  const catalogSync = makeCatalogSync({
    catalog,
    loadStamp: () => loadCatalogStamp(pool),
    loadChanges: permitted.load,
    listen: (notified) => listen(connection, 'hukz_catalog', logger, notified),
    logger,
  });
  const tokens = makeTokenDirectory({
    loadChanges: (known) => loadTokenChanges(pool, known),
    recordUse: (ids) => recordTokenUse(pool, ids),
    listen: (notified) => listen(connection, 'hukz_tokens', logger, notified),
    now: clock.now,
    monotonicMs: clock.monotonic,
    logger,
  });
  return { catalog, catalogSync, permitted, unreadSettings, subjectRules, tokens };
}
