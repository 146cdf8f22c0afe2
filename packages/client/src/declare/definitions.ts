import { WebhookBuilder } from './builder.js';
import { Env } from './env.js';
import {
  type DeclaredEvent,
  type Definition,
  type EventDefinition,
  KIND,
  type WebhookDefinition,
  type WebhookFields,
} from './fields.js';

/** Configures a webhook step by step, as in `(webhook) => webhook.withBearerToken(env('TOKEN')).notActive()`. */
export type Configure = (webhook: WebhookBuilder) => unknown;

export const defineEvent = (event: DeclaredEvent): EventDefinition => ({ ...event, [KIND]: 'event' });

/** @throws {TypeError} for an empty URL */
export function defineWebhook(fields: WebhookFields): WebhookDefinition;
export function defineWebhook(key: string, url: string | Env, configure?: Configure): WebhookDefinition;
export function defineWebhook(
  given: WebhookFields | string,
  url: string | Env = '',
  configure?: Configure,
): WebhookDefinition {
  const fields = typeof given === 'string' ? built(given, url, configure) : given;
  if (typeof fields.key !== 'string' || fields.key === '')
    throw new TypeError('a webhook needs a key, such as shop/orders');
  if (!(fields.url instanceof Env) && !isText(fields.url))
    throw new TypeError(`the URL of webhook "${fields.key}" is empty`);
  return { ...fields, [KIND]: 'webhook' };
}

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';

function built(key: string, url: string | Env, configure: Configure | undefined): WebhookFields {
  const builder = new WebhookBuilder();
  configure?.(builder);
  return { ...builder.fields, key, url };
}

export const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && KIND in value;

export const isWebhook = (definition: Definition): definition is WebhookDefinition => definition[KIND] === 'webhook';
export const isEvent = (definition: Definition): definition is EventDefinition => definition[KIND] === 'event';
