import { makeAccountingRoutes } from './accounting-routes.js';
import type { ApiDeps } from './api-deps.js';
import { makeDeadLetterRoutes } from './dead-letter-routes.js';
import { makeDeliveryRoutes } from './delivery-routes.js';
import { makeDocumentRoutes } from './document-routes.js';
import { makeEventRoutes } from './event-routes.js';
import { makeHealthRoutes } from './health-routes.js';
import { makeLogRoutes } from './log-routes.js';
import { makeOrderedKeyRoutes } from './ordered-key-routes.js';
import { makePauseRoutes } from './pause-routes.js';
import { makeReplayRoutes } from './replay-routes.js';
import type { Route } from './route.js';
import { makeSecretRoutes } from './secret-routes.js';
import { makeSpaceRoutes } from './space-routes.js';
import { makeTestRoutes } from './test-routes.js';
import { makeWebhookRoutes } from './webhook-routes.js';

/** The table: everything that is served, fixed paths before those with names in them. */
export function makeRoutes(deps: ApiDeps): readonly Route[] {
  const routes = [
    ...makeHealthRoutes(deps),
    ...makeEventRoutes(deps),
    ...makeLogRoutes(deps),
    ...makeSpaceRoutes(deps),
    ...makeWebhookRoutes(deps),
    ...makeTestRoutes(deps),
    ...makePauseRoutes(deps),
    ...makeSecretRoutes(deps),
    ...makeOrderedKeyRoutes(deps),
    ...makeReplayRoutes(deps),
    ...makeDeadLetterRoutes(deps),
    ...makeDeliveryRoutes(deps),
    ...makeAccountingRoutes(deps),
  ];
  return [...routes, ...makeDocumentRoutes(deps, routes)];
}
