import type { Db } from '../../store/postgres/knex.js';
import { type Answer, type Endpoint, type EndpointSpec, type Input, scopedEndpoint } from '../http/endpoint.js';
import { findEventId } from './find-event.js';
import { findWebhookId } from './find-webhook.js';
import { type Reference, resourcePath, spaceQuery } from './reference.js';

/** The path and the query of an endpoint of one webhook. An endpoint may extend both. */
export const WEBHOOK_PATH = { params: resourcePath, query: spaceQuery } as const;
export const EVENT_PATH = { params: resourcePath } as const;

interface Path {
  readonly id: Reference;
}
interface SpaceQuery {
  readonly space?: Reference | undefined;
}

/** The input of an endpoint of one resource: the parts of the request, and the id of the resource. */
type NamedInput<P, Q, B> = Input<P, Q, B> & { readonly id: number };

/** Makes endpoints whose path has `{id}` of a webhook, which may be named by its key. */
export const webhookEndpointsOf =
  (db: Db) =>
  <P extends Path, Q extends SpaceQuery, B>(
    spec: EndpointSpec<P, Q, B>,
    handle: (input: NamedInput<P, Q, B>) => Promise<Answer>,
  ): Endpoint =>
    scopedEndpoint({ ...spec, refuses: ['not_found', 'conflict', ...(spec.refuses ?? [])] }, async (input) => {
      const { principal, params, query } = input;
      const id = await findWebhookId(db, principal, { webhook: params.id, space: query.space });
      return handle({ ...input, id });
    });

/** Makes endpoints whose path has `{id}` of an event, which may be named by its key. */
export const eventEndpointsOf =
  (db: Db) =>
  <P extends Path, Q, B>(
    spec: EndpointSpec<P, Q, B>,
    handle: (input: NamedInput<P, Q, B>) => Promise<Answer>,
  ): Endpoint =>
    scopedEndpoint({ ...spec, refuses: ['not_found', ...(spec.refuses ?? [])] }, async (input) => {
      return handle({ ...input, id: await findEventId(db, input.params.id) });
    });
