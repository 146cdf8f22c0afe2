import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { type Reference, spaceFor } from './reference.js';
import { type NewReplay, type ReplayCall, startReplay } from './replays.js';
import { upsert } from './upsert.js';

export type Webhook = DataOf<'get', '/webhooks/{id}'>;
export type NewWebhook = BodyOf<'post', '/webhooks'>;
export type WebhookChanges = BodyOf<'patch', '/webhooks/{id}'>;
type WebhookPut = BodyOf<'put', '/webhooks/{id}'>;
type WebhookPage = DataOf<'get', '/webhooks'>;

/** The registered receivers. Lists, and keys, are those of the client's space, if it has one. */
export class Webhooks {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(query: QueryOf<'get', '/webhooks'> = {}, options?: CallOptions): List<WebhookPage> {
    const { space_id = this.#api.space } = query;
    return this.#api.list('/webhooks', { query: { ...query, ...(space_id !== undefined && { space_id }) }, options });
  }

  get(webhook: Reference, options?: CallOptions): Call<Webhook> {
    return this.#api.call('get', '/webhooks/{id}', { ...this.#of(webhook), options });
  }

  /** The webhook with `effective`: the values by which hukz sends, and where each comes from. */
  effective(webhook: Reference, options?: CallOptions): Call<Webhook> {
    const { path, query } = this.#of(webhook);
    return this.#api.call('get', '/webhooks/{id}', { path, query: { ...query, settings: 'effective' }, options });
  }

  /** The answer may have a generated `secret`, which is not shown again. */
  create(webhook: NewWebhook, options?: CallOptions): Call<Webhook> {
    const { space_id = this.#api.space } = webhook;
    const body = { ...webhook, ...(space_id !== undefined && { space_id }) };
    return this.#api.call('post', '/webhooks', { body, options });
  }

  /** Changes the given fields (a JSON merge patch). A setting is replaced as a whole. */
  update(webhook: Reference, changes: WebhookChanges, options?: CallOptions): Call<Webhook> {
    return this.#api.call('patch', '/webhooks/{id}', { ...this.#of(webhook), body: changes, options });
  }

  /** Replaces the given fields that are not empty. An empty list of events removes all events. */
  replace(webhook: Reference, fields: WebhookPut, options?: CallOptions): Call<Webhook> {
    return this.#api.call('put', '/webhooks/{id}', { ...this.#of(webhook), body: fields, options });
  }

  /** Changes the webhook with the key, or creates it: in `space_id`, in the client's space, or in space 0. */
  upsert(key: string, fields: Omit<NewWebhook, 'key'>, options?: CallOptions): Promise<Webhook> {
    const { space_id: space = this.#api.space ?? 0, enabled, ...others } = fields;
    // A patch does not take null, which counts as absent in a new webhook.
    const body = { ...others, ...(typeof enabled === 'boolean' && { enabled }) };
    const path = { path: { id: `key:${key}` }, query: { space } };
    return upsert(
      () => this.#api.call('patch', '/webhooks/{id}', { ...path, body, options }),
      () => this.create({ ...body, key, space_id: space }, options),
    );
  }

  /** Deletes a webhook. Deliveries that it is still owed are cancelled. */
  delete(webhook: Reference, options?: CallOptions): Call<null> {
    return this.#api.call('delete', '/webhooks/{id}', { ...this.#of(webhook), options });
  }

  /** Sends a test request now, and answers with the attempt. Nothing is stored or counted. */
  test(webhook: Reference, sample: BodyOf<'post', '/webhooks/{id}/test'> = {}, options?: CallOptions) {
    return this.#api.call('post', '/webhooks/{id}/test', { ...this.#of(webhook), body: sample, options });
  }

  /** Tries a filter on stored messages of the events of a webhook. Nothing is changed or sent. */
  testFilter(
    webhook: Reference,
    trial: BodyOf<'post', '/webhooks/{id}/filter/test'> = {},
    options?: CallOptions,
  ): Call<DataOf<'post', '/webhooks/{id}/filter/test'>> {
    return this.#api.call('post', '/webhooks/{id}/filter/test', { ...this.#of(webhook), body: trial, options });
  }

  /** Checks the credentials of a webhook without sending anything to its receiver. */
  testAuth(webhook: Reference, options?: CallOptions) {
    return this.#api.call('post', '/webhooks/{id}/test-auth', { ...this.#of(webhook), options });
  }

  pause(webhook: Reference, options?: CallOptions): Call<Webhook> {
    return this.#api.call('post', '/webhooks/{id}/pause', { ...this.#of(webhook), body: {}, options });
  }

  resume(webhook: Reference, how: BodyOf<'post', '/webhooks/{id}/resume'> = {}, options?: CallOptions): Call<Webhook> {
    return this.#api.call('post', '/webhooks/{id}/resume', { ...this.#of(webhook), body: how, options });
  }

  /** Adds a signing secret, which the answer shows once. Previous secrets also sign for the overlap. */
  rotateSecret(
    webhook: Reference,
    rotation: BodyOf<'post', '/webhooks/{id}/secret/rotate'> = {},
    options?: CallOptions,
  ): Call<Webhook> {
    return this.#api.call('post', '/webhooks/{id}/secret/rotate', { ...this.#of(webhook), body: rotation, options });
  }

  /** Starts a replay. `await webhooks.replay(…).done()` waits for its end. */
  replay(webhook: Reference, replay: NewReplay, options?: CallOptions): ReplayCall {
    return startReplay(this.#api, webhook, { replay, options });
  }

  /** The ordering keys in which a failed delivery blocks the others. */
  keys(webhook: Reference, options?: CallOptions) {
    return this.#api.call('get', '/webhooks/{id}/keys', { ...this.#of(webhook), options });
  }

  /** Turns the failed first delivery of an ordering key into a dead letter. @param key an `order_key` of `keys` */
  releaseKey(webhook: Reference, key: string, options?: CallOptions): Call<null> {
    const path = { id: webhook, key };
    return this.#api.call('post', '/webhooks/{id}/keys/{key}/release', { ...this.#of(webhook), path, options });
  }

  /** Like `releaseKey`, by the ordering key as messages carry it. */
  releaseKeyByValue(webhook: Reference, value: string, options?: CallOptions): Call<null> {
    const { path, query } = this.#of(webhook);
    return this.#api.call('post', '/webhooks/{id}/keys/release', { path, query: { ...query, value }, options });
  }

  #of(webhook: Reference) {
    return { path: { id: webhook }, query: spaceFor(webhook, this.#api.space) };
  }
}
