import type { EventIntake, LiveCatalog, Receivers, Stores } from '../api-deps.js';
import type { Endpoint } from '../http/endpoint.js';
import type { MessageBodies } from '../messages/admission.js';
import { makeApplicationEndpoints } from './application-endpoints.js';
import { makeEventEndpoint } from './event-endpoint.js';
import { webhooksRsProtocol } from './webhooks-rs-protocol.js';

type Deps = Pick<Stores, 'db' | 'vault'> & LiveCatalog & EventIntake & Receivers & MessageBodies;

/** The routes of webhooks-rs. `userId` is the user of requests without `X-User`. */
export function makeWebhooksRsEndpoints(deps: Deps, userId: number | undefined): readonly Endpoint[] {
  const protocol = webhooksRsProtocol(userId);
  return [...makeApplicationEndpoints(deps, protocol), makeEventEndpoint(deps, protocol)];
}
