import type { EventFields } from '../catalog/event-row.js';
import type { SpaceFields } from '../spaces/space-row.js';
import type { Token } from '../tokens/token-row.js';
import type { Webhook } from '../webhooks/webhook-row.js';

/** The resources that users change, by the first part of their names in the audit. */
export interface Resources {
  readonly event: EventFields;
  readonly webhook: Webhook;
  readonly space: SpaceFields;
  readonly token: Token;
}

/** The form of each resource in the audit, by the public names of its fields and without its secrets. */
export type ShownForms = {
  readonly [Kind in keyof Resources]: (resource: Resources[Kind]) => Readonly<Record<string, unknown>>;
};
