import type { SecretHint } from '../secrets/secret.js';
import type { Tags } from './tags.js';
import type { WebhookCondition } from './webhook-condition.js';
import type { WebhookSettings } from './webhook-settings.js';

/** A registered receiver: where the messages of its events are POSTed, as people see and change it. */
export interface Webhook {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  readonly createdById: number;
  readonly updatedById: number;
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  /** Of its events, ascending. The events may be many and large: what shows them reads them in steps. */
  readonly eventIds: readonly number[];
  readonly tags: Tags;
  readonly spaceId: number;
  readonly settings: WebhookSettings;
  readonly condition: WebhookCondition;
  /** Its living secrets, newest first. */
  readonly secrets: readonly SecretHint[];
}

/** As it is answered to the change that made it so. */
export interface ChangedWebhook extends Webhook {
  /** A secret that was made here, to be shown once. */
  readonly newSecret?: string | undefined;
}
