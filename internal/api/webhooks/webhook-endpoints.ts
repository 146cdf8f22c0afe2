import { z } from 'zod';
import { formatName } from '../../domain/format/format-of.js';
import { WEBHOOK_STATES } from '../../domain/matching/webhook-condition.js';
import type { Principal } from '../../identity/principal.js';
import { type Audit, auditedBy } from '../../store/audit/audited.js';
import type { ChangeOf } from '../../store/records/change.js';
import { findSpace } from '../../store/spaces/spaces.js';
import type { WebhookOwner } from '../../store/webhooks/insert-webhooks.js';
import type { ChangedWebhook, Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import {
  changeWebhook,
  deleteWebhook,
  insertWebhook,
  listWebhooks,
  loadWebhook,
  WEBHOOKS_ORDER,
} from '../../store/webhooks/webhooks.js';
import type { Deliveries, LiveCatalog, Receivers, SettingDefaults, Stores } from '../api-deps.js';
import { WEBHOOKS_BEYOND_SCHEMA } from '../beyond-schema.js';
import type { Change } from '../bodies/field.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { makeLive } from '../catalog-change.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { pagingOf } from '../http/paging.js';
import { defaultSpaceOf, findFilteredSpace } from '../names/find-space.js';
import { nameQueries } from '../names/name-fields.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
import { spaceFilter } from '../names/reference.js';
import { type WithIds, withIds } from '../names/webhook-names.js';
import { requireAllowedReceiver } from './allowed-receiver.js';
import { withinCeilings } from './ceilings.js';
import { keptHeaders, withHiddenParts } from './hidden-fields.js';
import { effectiveJson } from './settings/effective.js';
import { isPresentSecret } from './settings/same-secret.js';
import { withJudgedCertificates } from './tls-secrets.js';
import { eventsQuery, webhookAnswer, webhookList } from './webhook-answer.js';
import {
  changedWebhook,
  type newSpaceWebhookBody,
  newWebhook,
  newWebhookBody,
  webhookChanges,
} from './webhook-bodies.js';
import { answerWebhook, listPartsFor } from './webhook-parts.js';

const webhook = { description: 'The webhook with its events.', schema: webhookAnswer, hasRevision: true } as const;
const query = z.object({
  ...pagingOf(WEBHOOKS_ORDER),
  tag: tagQueries,
  events: eventsQuery,
  space_id: spaceFilter,
  state: z.enum(WEBHOOK_STATES).optional(),
  ...nameQueries,
});

const settingsQuery = z.enum(['own', 'effective']).default('own').meta({
  description:
    '`effective`: the answer also has `effective`, the values by which hukz sends, and where they come from.',
});

type Deps = Pick<Stores, 'db' | 'vault'> & LiveCatalog & Receivers;

type NewWebhookBody = WithIds<z.output<typeof newWebhookBody | typeof newSpaceWebhookBody>>;

/** The values of a new webhook, if the operator allows them. */
export async function admitWebhook(receivers: Receivers, body: NewWebhookBody): Promise<WebhookFields> {
  requireAllowedReceiver(receivers, body);
  return withinCeilings(receivers.ceilings, newWebhook(withHiddenParts(await withJudgedCertificates(body))));
}

/** Stores a new webhook, and makes it active in this instance. */
export async function registerWebhook(deps: Deps, owner: WebhookOwner, body: NewWebhookBody): Promise<ChangedWebhook> {
  return makeLive(deps, insertWebhook(deps, owner, await admitWebhook(deps, body)));
}

interface BodyOfChange {
  readonly kind: Change;
  readonly body: z.output<(typeof webhookChanges)[Change]>;
}

/** Changes a webhook by the body of a PUT or a PATCH, and makes the change active in this instance. */
export async function changeByBody(
  deps: Deps,
  { caller, ...change }: ChangeOf & { readonly caller: Pick<Principal, 'spaces'> },
  { kind, body }: BodyOfChange,
): Promise<ChangedWebhook> {
  const judged = await withJudgedCertificates(await withIds(deps.db, caller, body));
  const repeatsSecret = body.secret !== undefined && (await isPresentSecret(deps, change.id, body.secret));
  const changed = changeWebhook(deps, change, (current) => {
    const restored = withHiddenParts(judged, current);
    requireAllowedReceiver(deps, restored, current);
    const next = { kind, body: restored, keptHeaders: keptHeaders(body, current), repeatsSecret };
    return withinCeilings(deps.ceilings, changedWebhook(current, next), current);
  });
  return makeLive(deps, changed);
}

/** The settings by which a webhook is sent to, from all levels. */
async function effectiveOf(
  {
    db,
    ceilings,
    configured,
    formatOf,
  }: Pick<Deps, 'db' | 'ceilings'> & SettingDefaults & Pick<Deliveries, 'formatOf'>,
  { settings: own, spaceId, url }: Webhook,
) {
  const space = (await findSpace(db, spaceId))?.defaults ?? {};
  const format = formatName(formatOf(undefined, url));
  return effectiveJson({ own, space, configured: { ...configured, format }, ceilings });
}

export function makeWebhookEndpoints(deps: Deps & SettingDefaults & Pick<Deliveries, 'formatOf'>): readonly Endpoint[] {
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  const audited = (audit: Audit) => ({ ...deps, db: auditedBy(deps.db, audit) });
  const changing = (kind: Change, summary: string) =>
    webhookEndpoint(
      {
        method: kind,
        operationId: kind === 'put' ? 'replaceWebhook' : 'updateWebhook',
        path: '/webhooks/{id}',
        scope: 'webhooks:write',
        audit: 'webhook.update',
        summary,
        ...WEBHOOK_PATH,
        readsIfMatch: true,
        body: webhookChanges[kind],
        anyCase: true,
        answers: { 200: webhook },
        beyondSchema: WEBHOOKS_BEYOND_SCHEMA,
      },
      async ({ principal: caller, audit, id, expected, body }) => {
        const change = { id, userId: caller.userId, expected, caller };
        return answerWebhook(deps.db, await changeByBody(audited(audit()), change, { kind, body }));
      },
    );

  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/webhooks',
        operationId: 'listWebhooks',
        scope: 'webhooks:read',
        summary: 'List the webhooks of all spaces by id',
        query,
        answers: { 200: { description: 'A page of webhooks.', schema: webhookList } },
        refuses: ['conflict', 'not_found'],
      },
      async ({ principal, query: { tag, space_id, state, events, key, managed_by: managedBy, ...page } }) => {
        const spaceId = await findFilteredSpace(deps.db, principal, { space: space_id, source: 'space_id' });
        const spaces = spaceId === undefined ? principal.spaces : [spaceId];
        const filter = { spaces, tags: tag, state, key, managedBy };
        const list = await listWebhooks(deps.db, filter, page);
        return { status: 200, jsonParts: listPartsFor[events](deps.db, list) };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks',
        operationId: 'createWebhook',
        audit: 'webhook.create',
        shownOnce: ['secret'],
        scope: 'webhooks:write',
        summary: 'Register a webhook in the space of the body, else in the only space of the token or in space 0',
        body: newWebhookBody,
        anyCase: true,
        answers: { 201: webhook },
        refuses: ['conflict'],
        beyondSchema: WEBHOOKS_BEYOND_SCHEMA,
      },
      async ({ principal, audit, body }) => {
        const { space_id: spaceId = defaultSpaceOf(principal), ...named } = await withIds(deps.db, principal, body);
        const made = await registerWebhook(audited(audit()), { userId: principal.userId, spaceId }, named);
        return answerWebhook(deps.db, made, 201);
      },
    ),
    webhookEndpoint(
      {
        method: 'get',
        path: '/webhooks/{id}',
        operationId: 'getWebhook',
        scope: 'webhooks:read',
        summary: 'Get a webhook',
        params: WEBHOOK_PATH.params,
        query: WEBHOOK_PATH.query.extend({ settings: settingsQuery }),
        answers: { 200: webhook },
      },
      async ({ id, query: { settings } }) => {
        const found = await loadWebhook(deps.db, id);
        if (settings === 'own') return answerWebhook(deps.db, found);
        return answerWebhook(deps.db, found, 200, { effective: await effectiveOf(deps, found) });
      },
    ),
    changing('put', 'Replace the given non-empty fields of a webhook. An empty list of events removes all events'),
    changing('patch', 'Change a webhook with a JSON merge patch'),
    webhookEndpoint(
      {
        method: 'delete',
        path: '/webhooks/{id}',
        operationId: 'deleteWebhook',
        audit: 'webhook.delete',
        scope: 'webhooks:write',
        summary: 'Delete a webhook; what it is still owed is cancelled',
        ...WEBHOOK_PATH,
        readsIfMatch: true,
        answers: { 200: { description: 'The webhook was deleted.', schema: z.null() } },
      },
      async ({ principal: { userId }, audit, id, expected }) => {
        await makeLive(deps, deleteWebhook(audited(audit()).db, { id, userId, expected }));
        return { status: 200, json: null };
      },
    ),
  ];
}
