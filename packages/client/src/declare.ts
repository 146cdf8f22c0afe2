export { WebhookBuilder } from './declare/builder.js';
export type { OAuthCredentials } from './declare/credentials.js';
export { apiKey, basic, bearer, oauth } from './declare/credentials.js';
export type { DeclareOptions, RegisterOptions } from './declare/declared-webhooks.js';
export { DeclaredWebhooks } from './declare/declared-webhooks.js';
export type { Configure } from './declare/definitions.js';
export { defineEvent, defineWebhook } from './declare/definitions.js';
export { Env, env } from './declare/env.js';
export type {
  Definition,
  EventDefinition,
  EventName,
  OnChange,
  WebhookDefinition,
  WebhookFields,
} from './declare/fields.js';
export type { Source } from './declare/find-definitions.js';
