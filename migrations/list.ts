import { catalog } from './0001-catalog.js';
import { journal } from './0002-journal.js';
import { messageIds } from './0003-message-ids.js';
import { replay } from './0004-replay.js';
import { retention } from './0005-retention.js';
import { scale } from './0006-scale.js';
import { webhookSettings } from './0007-webhook-settings.js';
import { patience } from './0008-patience.js';
import { streamOrder } from './0009-stream-order.js';
import { steadyPlans } from './0010-steady-plans.js';
import { deletedWebhooks } from './0011-deleted-webhooks.js';
import { messageOrigins } from './0012-message-origins.js';
import { catalogStamps } from './0013-catalog-stamps.js';
import { streamPositions } from './0014-stream-positions.js';
import { deliveryIds } from './0015-delivery-ids.js';
import { deletedEvents } from './0017-deleted-events.js';
import { instanceProcesses } from './0018-instance-processes.js';
import { publishOnly } from './0020-publish-only.js';
import { secretEnvelopes } from './0022-secret-envelopes.js';
import { instanceNames } from './0024-instance-names.js';
import { consumerFilters } from './0025-consumer-filters.js';
import { ownSettings } from './0026-own-settings.js';
import { listIndexes } from './0030-list-indexes.js';
import { responseHeaders } from './0031-response-headers.js';
import { idempotentRequests } from './0032-idempotent-requests.js';
import { keys } from './0033-keys.js';
import { spaces } from './0034-spaces.js';
import { spaceKeys } from './0035-space-keys.js';
import { requestHeaders } from './0036-request-headers.js';
import { replayedRevisions } from './0037-replayed-revisions.js';
import { tokens } from './0038-tokens.js';
import { goImports } from './0050-go-imports.js';
import { goImportSince } from './0051-go-import-since.js';
import { strictSpaces } from './0051-strict-spaces.js';
import { listeningWebhooks } from './0052-listening-webhooks.js';
import { spaceLimits } from './0053-space-limits.js';
import { audit } from './0054-audit.js';
import { spaceDefaults } from './0055-space-defaults.js';
import { webhookCreators } from './0056-webhook-creators.js';
import { erasures } from './0057-erasures.js';
import { eventSchemas } from './0058-event-schemas.js';

/**
 * All migrations, oldest first, in the order of their numbers. Their names have no extension, because `.ts` and `.js`
 * must mean the same migration.
 */
export const migrations = [
  catalog,
  journal,
  messageIds,
  replay,
  retention,
  scale,
  webhookSettings,
  patience,
  streamOrder,
  steadyPlans,
  deletedWebhooks,
  messageOrigins,
  catalogStamps,
  streamPositions,
  deliveryIds,
  deletedEvents,
  instanceProcesses,
  publishOnly,
  secretEnvelopes,
  instanceNames,
  consumerFilters,
  ownSettings,
  listIndexes,
  responseHeaders,
  idempotentRequests,
  keys,
  spaces,
  spaceKeys,
  requestHeaders,
  replayedRevisions,
  tokens,
  goImports,
  goImportSince,
  strictSpaces,
  listeningWebhooks,
  spaceLimits,
  audit,
  spaceDefaults,
  webhookCreators,
  erasures,
  eventSchemas,
] as const;
