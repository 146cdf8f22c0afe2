import { makeAccountingEndpoints } from './accounting-endpoints.js';
import type { ApiDeps } from './api-deps.js';
import { makeDeadLetterEndpoints } from './dead-letter-endpoints.js';
import { makeDeliveryEndpoints } from './delivery-endpoints.js';
import { makeDocumentEndpoints } from './document-endpoints.js';
import type { Endpoint } from './endpoint.js';
import { makeEventEndpoints } from './event-endpoints.js';
import { makeHealthEndpoints } from './health-endpoints.js';
import { makeLogEndpoints } from './log-endpoints.js';
import { makeOrderedKeyEndpoints } from './ordered-key-endpoints.js';
import { makePauseEndpoints } from './pause-endpoints.js';
import { makeReplayEndpoints } from './replay-endpoints.js';
import { makeSecretEndpoints } from './secret-endpoints.js';
import { makeSpaceEndpoints } from './space-endpoints.js';
import { makeTestEndpoints } from './test-endpoints.js';
import { makeWebhookEndpoints } from './webhook-endpoints.js';

/** The table: everything that is served, fixed paths before those with names in them. */
export function makeEndpoints(deps: ApiDeps): readonly Endpoint[] {
  const endpoints = [
    ...makeHealthEndpoints(deps),
    ...makeEventEndpoints(deps),
    ...makeLogEndpoints(deps),
    ...makeSpaceEndpoints(deps),
    ...makeWebhookEndpoints(deps),
    ...makeTestEndpoints(deps),
    ...makePauseEndpoints(deps),
    ...makeSecretEndpoints(deps),
    ...makeOrderedKeyEndpoints(deps),
    ...makeReplayEndpoints(deps),
    ...makeDeadLetterEndpoints(deps),
    ...makeDeliveryEndpoints(deps),
    ...makeAccountingEndpoints(deps),
  ];
  return [...endpoints, ...makeDocumentEndpoints(deps, endpoints)];
}
