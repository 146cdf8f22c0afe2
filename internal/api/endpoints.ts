import type { EndpointDeps } from './api-deps.js';
import { makeApplyEndpoints } from './apply/apply-endpoints.js';
import { makeExportEndpoints } from './apply/export-endpoints.js';
import { makeAuditEndpoints } from './audit/audit-endpoints.js';
import { BodyRoom } from './bodies/body-room.js';
import { makeAccountingEndpoints } from './deliveries/accounting-endpoints.js';
import { makeBulkEndpoints } from './deliveries/bulk-endpoints.js';
import { makeDeadLetterEndpoints } from './deliveries/dead-letter-endpoints.js';
import { makeDeliveryEndpoints } from './deliveries/delivery-endpoints.js';
import { makeDeliveryListEndpoints } from './deliveries/delivery-list-endpoints.js';
import { makeLogEndpoints } from './deliveries/log-endpoints.js';
import { makeOrderedKeyEndpoints } from './deliveries/ordered-key-endpoints.js';
import { makeReplayEndpoints } from './deliveries/replay-endpoints.js';
import { makeDocumentEndpoints } from './document/document-endpoints.js';
import { makeErasureEndpoints } from './erasures/erasure-endpoints.js';
import { makeEventEndpoints } from './events/event-endpoints.js';
import { makeExplainEndpoint, makeExplainTurnstile } from './explain/explain-endpoints.js';
import { makeExplainStoredEndpoint } from './explain/explain-stored.js';
import { makeTryFilterEndpoint } from './explain/try-filter-endpoint.js';
import { makeHealthEndpoints } from './health-endpoints.js';
import type { Endpoint } from './http/endpoint.js';
import { makeCancelEndpoint } from './messages/cancel-endpoint.js';
import { makeMessageListEndpoints } from './messages/message-list-endpoints.js';
import { makePublishEndpoints } from './messages/publish-endpoints.js';
import { makeQuarantineEndpoints } from './quarantine/quarantine-endpoints.js';
import { makeSchemaEndpoints } from './schemas/schema-endpoints.js';
import { makeSpaceEndpoints } from './spaces/space-endpoints.js';
import { makeSpaceResourceEndpoints } from './spaces/space-resource-endpoints.js';
import { makeTokenEndpoints } from './tokens/token-endpoints.js';
import { makePauseEndpoints } from './webhooks/pause-endpoints.js';
import { makeSecretEndpoints } from './webhooks/secret-endpoints.js';
import { makeTestEndpoints } from './webhooks/test-endpoints.js';
import { makeWebhookEndpoints } from './webhooks/webhook-endpoints.js';
import { makeWebhooksRsEndpoints } from './webhooks-rs/webhooks-rs-endpoints.js';

/** The table of all endpoints. Fixed paths come before paths with parameters. */
export function makeEndpoints(deps: EndpointDeps): readonly Endpoint[] {
  const room = new BodyRoom(deps.publishing.maxBodyBytes, (user) => deps.refusals.add('body_memory', { user }));
  const explaining = makeExplainTurnstile();
  const { webhooksRs } = deps.compat;
  const endpoints = [
    ...makeHealthEndpoints(deps),
    ...makePublishEndpoints({ ...deps, room }),
    ...makeEventEndpoints(deps),
    ...makeSchemaEndpoints(deps),
    ...makeQuarantineEndpoints(deps),
    ...makeLogEndpoints(deps),
    ...makeSpaceResourceEndpoints(deps),
    ...makeSpaceEndpoints(deps),
    ...makeWebhookEndpoints(deps),
    ...makeApplyEndpoints(deps),
    ...makeExportEndpoints(deps),
    ...makeTestEndpoints(deps),
    makeTryFilterEndpoint(deps),
    ...makePauseEndpoints(deps),
    ...makeSecretEndpoints(deps),
    ...makeOrderedKeyEndpoints(deps),
    ...makeReplayEndpoints(deps),
    ...makeDeadLetterEndpoints(deps),
    ...makeDeliveryListEndpoints(deps),
    ...makeBulkEndpoints(deps),
    ...makeDeliveryEndpoints(deps),
    ...makeErasureEndpoints(deps),
    ...makeMessageListEndpoints(deps),
    makeExplainEndpoint({ ...deps, room }, explaining),
    makeExplainStoredEndpoint(deps, explaining),
    makeCancelEndpoint(deps),
    ...makeAccountingEndpoints(deps),
    ...makeTokenEndpoints(deps),
    ...makeAuditEndpoints(deps),
    ...(webhooksRs ? makeWebhooksRsEndpoints({ ...deps, room }, webhooksRs.userId) : []),
  ];
  return [...endpoints, ...makeDocumentEndpoints(deps, endpoints)];
}
