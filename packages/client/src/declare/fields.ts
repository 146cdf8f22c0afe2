import type { Declaration } from '../hukz.js';
import type { Env, WithEnv } from './env.js';

/** Marks definitions, which are found by it among the exports of modules, also those of another copy of the package. */
export const KIND: unique symbol = Symbol.for('hukz.definition');

export type DeclaredEvent = NonNullable<Declaration['events']>[number];
type DeclaredWebhook = NonNullable<Declaration['webhooks']>[number];

/** Whether a webhook that is new or was changed is replayed: always, if a function agrees, or never. */
export type OnChange = 'replay' | 'ask' | 'none';

export type EventDefinition = DeclaredEvent & { readonly [KIND]: 'event' };

/** An event: a definition, its subject, its key as `key:<key>`, or its id. */
export type EventName = EventDefinition | string | number;

export type WebhookFields = Omit<WithEnv<DeclaredWebhook>, 'key' | 'url' | 'events' | 'enabled'> & {
  readonly key: string;
  readonly url: string | Env;
  /** Default: all registered events. */
  readonly events?: readonly EventName[] | 'all';
  /** Whether messages are sent to it (`enabled` of the API). Default: true. */
  readonly active?: boolean;
  /** Whether `onChange` may start replays of it. Default: true. */
  readonly replayable?: boolean;
  /** Default: that of `DeclaredWebhooks`. */
  readonly onChange?: OnChange;
};

export type WebhookDefinition = WebhookFields & { readonly [KIND]: 'webhook' };
export type Definition = EventDefinition | WebhookDefinition;
