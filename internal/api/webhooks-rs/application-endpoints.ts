import { z } from 'zod';
import { shownUrl } from '../../domain/secrets/hidden-url.js';
import { writeRowId } from '../../domain/webhooks-rs/object-id.js';
import { auditedBy } from '../../store/audit/audited.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import { insertSpace } from '../../store/spaces/spaces.js';
import { insertWebhook } from '../../store/webhooks/webhooks.js';
import type { EventIntake, LiveCatalog, Receivers, Stores } from '../api-deps.js';
import { boundedList } from '../bodies/bounds.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { text } from '../bodies/text.js';
import { makeLive } from '../catalog-change.js';
import { MAX_NAME_LENGTH } from '../events/event-fields.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { withIds } from '../names/webhook-names.js';
import type { Protocol } from '../protocols/protocol.js';
import { newSpace, newSpaceBody } from '../spaces/space-bodies.js';
import { requireOwnNumber } from '../spaces/space-resource-endpoints.js';
import { receiverUrl } from '../webhooks/receiver-url.js';
import { newSpaceWebhookBody, webhookChanges } from '../webhooks/webhook-bodies.js';
import { admitWebhook, changeByBody } from '../webhooks/webhook-endpoints.js';
import { MAX_EVENTS } from '../webhooks/webhook-fields.js';
import { applicationPath, endpointPath, requireApplication, requireEndpoint, shownId } from './application.js';
import { admitTopics, registerTopics, topicName } from './topics.js';
import { MANAGER } from './webhooks-rs-protocol.js';

const applicationName = text(MAX_NAME_LENGTH)
  .regex(/\S/, 'an application needs a name of at least one visible character')
  .meta({ description: 'A name for display. It need not be unique.', example: 'Example' });
const newApplicationBody = z
  .object({ name: applicationName })
  .meta({ title: 'NewApplication', example: { name: 'Example' } });
const applicationAnswer = z
  .object({ id: shownId('app', 'The id. It names the space that the application is.'), name: z.string() })
  .meta({ title: 'Application' });

const topics = boundedList(topicName, MAX_EVENTS)
  .refine((list) => list.length > 0, 'at least one topic is needed, such as ["contact.created"]')
  .meta({
    minItems: 1,
    description: 'The topics whose events the endpoint gets. A topic without an event is registered as one.',
    example: ['contact.created'],
  });
const newEndpointBody = z.object({ url: receiverUrl.min(1), topics }).meta({
  title: 'NewApplicationEndpoint',
  example: { url: 'https://example.com/hook', topics: ['contact.created', 'contact.updated'] },
});
const endpointAnswer = z
  .object({
    id: shownId('ep', 'The id. It names the webhook that the endpoint is.'),
    app_id: shownId('app', 'The application.'),
    url: z.string().describe('The URL in its normal form, with secret parts as `***`.'),
    topics: z.array(z.string()).describe('The topics, as they were given.'),
  })
  .meta({ title: 'ApplicationEndpoint' });

const STATES = [
  { word: 'disable', enabled: false, summary: 'Disable an endpoint (webhooks-rs); new events are not sent to it' },
  { word: 'enable', enabled: true, summary: 'Enable an endpoint (webhooks-rs)' },
] as const;

type Deps = Pick<Stores, 'db' | 'vault'> & LiveCatalog & EventIntake & Receivers;

/** Applications and endpoints of webhooks-rs: spaces and webhooks under other names. */
export function makeApplicationEndpoints(deps: Deps, protocol: Protocol): readonly Endpoint[] {
  const { db, vault } = deps;
  const switching = ({ word, enabled, summary }: (typeof STATES)[number]) =>
    scopedEndpoint(
      {
        method: 'post',
        path: `/application/{app_id}/endpoint/{endpoint_id}/${word}`,
        operationId: `${word}ApplicationEndpoint`,
        audit: 'webhook.update',
        protocol,
        scope: 'webhooks:write',
        summary,
        params: endpointPath,
        answers: { 204: { description: `The endpoint is ${word}d.` } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal, audit, params }) => {
        const space = await requireApplication(db, principal, params.app_id);
        const { id } = await requireEndpoint(db, space, params.endpoint_id);
        const body = parseFields(webhookChanges.patch, { enabled });
        const audited = { ...deps, db: auditedBy(db, audit()) };
        await changeByBody(audited, { id, userId: principal.userId, caller: principal }, { kind: 'patch', body });
        return { status: 204, json: null };
      },
    );

  return [
    scopedEndpoint(
      {
        method: 'post',
        path: '/application',
        operationId: 'createApplication',
        audit: 'space.create',
        protocol,
        scope: 'spaces:write',
        summary: 'Create an application (webhooks-rs): a space without a key',
        body: newApplicationBody,
        answers: { 201: { description: 'The application.', schema: applicationAnswer } },
        refuses: ['forbidden'],
      },
      async ({ principal, audit, body: { name } }) => {
        requireOwnNumber(principal, undefined);
        const fields = newSpace(parseFields(newSpaceBody, { name, managed_by: MANAGER }));
        const space = await insertSpace(auditedBy(db, audit()), { userId: principal.userId, id: undefined }, fields);
        return { status: 201, json: { id: writeRowId('app', space), name } };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/application/{app_id}/endpoint',
        operationId: 'createApplicationEndpoint',
        audit: 'webhook.create',
        protocol,
        scope: 'webhooks:write',
        furtherScopes: ['events:write'],
        summary: 'Create an endpoint (webhooks-rs): a webhook whose requests are the payloads, without a signature',
        params: applicationPath,
        body: newEndpointBody,
        answers: { 201: { description: 'The endpoint.', schema: endpointAnswer } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal: caller, audit, params, body: { url, topics } }) => {
        const space = await requireApplication(db, caller, params.app_id);
        const settings = { format: 'raw', signature: { scheme: 'none' }, managed_by: MANAGER };
        const body = parseFields(newSpaceWebhookBody, { url, event_ids: [], ...settings });
        const fields = await admitWebhook(deps, await withIds(db, caller, body));
        await admitTopics(deps, topics);
        const stored = inTransaction(auditedBy(db, audit()), async (trx) => {
          const eventIds = await registerTopics(trx, caller.userId, topics);
          const owner = { userId: caller.userId, spaceId: space.id };
          const inserted = await insertWebhook({ db: trx, vault }, owner, { ...fields, eventIds });
          // A space that was deleted meanwhile exists again with its new webhook, and is another application.
          await requireApplication(trx, caller, params.app_id);
          return inserted;
        });
        const webhook = await makeLive(deps, stored);
        const id = writeRowId('ep', webhook);
        const shown = new URL(shownUrl(webhook.url)).href;
        return { status: 201, json: { id, app_id: writeRowId('app', space), url: shown, topics } };
      },
    ),
    ...STATES.map(switching),
  ];
}
