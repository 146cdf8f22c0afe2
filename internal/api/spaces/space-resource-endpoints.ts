import { z } from 'zod';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import { deleteSpace } from '../../store/spaces/delete-space.js';
import type { Space } from '../../store/spaces/space-row.js';
import {
  changeSpace,
  countWebhooks,
  insertSpace,
  listSpaces,
  loadSpace,
  SPACES_ORDER,
} from '../../store/spaces/spaces.js';
import type { LiveCatalog, Receivers, Stores } from '../api-deps.js';
import type { Change } from '../bodies/field.js';
import { tagQueries } from '../bodies/tag-fields.js';
import { makeLive } from '../catalog-change.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { Turnstile } from '../http/turnstile.js';
import { findSpaceId } from '../names/find-space.js';
import { nameQueries } from '../names/name-fields.js';
import { spaceReference } from '../names/reference.js';
import { withAllowedDefaults } from './allowed-defaults.js';
import { confirmation, deletedSpaceAnswer, requireConfirmation } from './confirm-deletion.js';
import { changedSpace, newSpace, newSpaceBody, spaceAnswer, spaceChanges, spaceJson } from './space-bodies.js';

const space = { description: 'The space.', schema: spaceAnswer, hasRevision: true } as const;
const params = z.object({
  id: spaceReference.meta({ description: 'The number, or `key:<key>` with each slash as `%2F`.' }),
});
const query = z.object({
  ...pagingOf(SPACES_ORDER),
  tag: tagQueries,
  ...nameQueries,
  webhooks: z.enum(['none', 'count']).default('none').meta({ description: '`count`: each space has `webhooks`.' }),
});

/** Reasons for a 422 that a schema cannot express. */
const BEYOND_SCHEMA = [
  '`tags` have more than 12,288 bytes of JSON',
  '`defaults` have a header of the signature, a header whose name suggests a secret, or a setting that the operator does not allow',
] as const;

/** A deletion counts what is owed, and may read the whole table of deliveries for that. */
const MAX_DELETED_AT_ONCE = 1;

export function makeSpaceResourceEndpoints(
  deps: Pick<Stores, 'db' | 'pool'> & LiveCatalog & Pick<Receivers, 'ceilings'>,
): readonly Endpoint[] {
  const refusal = 'other spaces are being deleted; try again later';
  const deleting = new Turnstile({ max: MAX_DELETED_AT_ONCE, refusal });

  const answer = (status: number, found: Space, webhooks?: number) => {
    return { status, json: spaceJson(found, webhooks), revision: found.revision };
  };

  const changing = (kind: Change, summary: string) =>
    scopedEndpoint(
      {
        method: kind,
        path: '/spaces/{id}',
        operationId: kind === 'put' ? 'replaceSpace' : 'updateSpace',
        scope: 'spaces:write',
        audit: 'space.update',
        summary,
        params,
        readsIfMatch: true,
        body: spaceChanges[kind] as z.ZodType<z.output<(typeof spaceChanges)[Change]>>,
        answers: { 200: space },
        refuses: ['not_found', 'conflict'],
        beyondSchema: BEYOND_SCHEMA,
      },
      async ({ principal, audit, params, expected, body }) => {
        const id = await findSpaceId(deps.db, principal, params.id);
        const change = { id, userId: principal.userId, expected };
        const changed = changeSpace(auditedBy(deps.db, audit()), change, (current) =>
          withAllowedDefaults(deps.ceilings, changedSpace(kind, current, body), current),
        );
        return answer(200, await makeLive(deps, changed));
      },
    );

  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/spaces',
        operationId: 'listSpaces',
        scope: 'spaces:read',
        summary: 'List spaces by number',
        query,
        answers: { 200: { description: 'A page of spaces.', schema: listOf(spaceAnswer) } },
        refuses: ['conflict'],
      },
      async ({ principal: { spaces }, query: { tag, key, managed_by, webhooks, ...page } }) => {
        const { nodes, ...list } = await listSpaces(deps.db, { spaces, tags: tag, key, managedBy: managed_by }, page);
        const ids = webhooks === 'count' ? nodes.map(({ id }) => id) : [];
        const counts = await countWebhooks(deps.db, ids);
        return {
          status: 200,
          json: { ...listHead(list), nodes: nodes.map((each) => spaceJson(each, counts.get(each.id))) },
        };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/spaces',
        operationId: 'createSpace',
        audit: 'space.create',
        scope: 'spaces:write',
        summary: 'Create a space with the number of the body, or with an unused one',
        body: newSpaceBody,
        answers: { 201: space },
        refuses: ['conflict', 'forbidden'],
        beyondSchema: BEYOND_SCHEMA,
      },
      async ({ principal, audit, body }) => {
        requireOwnNumber(principal, body.id);
        const owner = { userId: principal.userId, id: body.id };
        const made = insertSpace(
          auditedBy(deps.db, audit()),
          owner,
          withAllowedDefaults(deps.ceilings, newSpace(body)),
        );
        return answer(201, await makeLive(deps, made), 0);
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/spaces/{id}',
        operationId: 'getSpace',
        scope: 'spaces:read',
        summary: 'Get a space',
        params,
        answers: { 200: space },
        refuses: ['not_found'],
      },
      async ({ principal, params }) => {
        const found = await loadSpace(deps.db, await findSpaceId(deps.db, principal, params.id));
        const counts = await countWebhooks(deps.db, [found.id]);
        return answer(200, found, counts.get(found.id));
      },
    ),
    changing('put', 'Replace the given non-empty fields of a space'),
    changing('patch', 'Change a space with a JSON merge patch'),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/spaces/{id}',
        operationId: 'deleteSpace',
        audit: 'space.delete',
        scope: 'spaces:write',
        summary: 'Delete a space with all its webhooks, and cancel what is owed to them',
        params,
        query: confirmation,
        readsIfMatch: true,
        answers: { 200: { description: 'The space was deleted with these.', schema: deletedSpaceAnswer } },
        refuses: ['not_found', 'conflict', 'unavailable'],
      },
      async ({ principal, audit, params, expected, query: { confirm } }) => {
        const id = await findSpaceId(deps.db, principal, params.id);
        const deletion = { id, userId: principal.userId, expected, confirm: requireConfirmation(confirm) };
        const stores = { db: auditedBy(deps.db, audit()), pool: deps.pool };
        const deleted = deleting.through(() => deleteSpace(stores, deletion));
        const { webhooks, owed } = await makeLive(deps, deleted);
        return { status: 200, json: { webhooks, cancelled: owed } };
      },
    ),
  ];
}

/** Refuses a new space that its creator could not reach. @throws {AppError} `forbidden` */
export function requireOwnNumber({ spaces }: Principal, id: number | undefined): void {
  if (spaces === 'all' || (id !== undefined && spaces.includes(id))) return;
  throw new AppError('forbidden', 'name one of your spaces in id: this caller may create those only', 'id');
}
