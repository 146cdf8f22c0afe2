import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';

export type QuarantinedMessage = DataOf<'get', '/quarantine/{id}'>;

/** Messages that break the schema of their event, and wait until they are released or discarded. */
export class Quarantine {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(query: QueryOf<'get', '/quarantine'> = {}, options?: CallOptions): List<DataOf<'get', '/quarantine'>> {
    return this.#api.list('/quarantine', { query, options });
  }

  get(id: string, options?: CallOptions): Call<QuarantinedMessage> {
    return this.#api.call('get', '/quarantine/{id}', { path: { id }, options });
  }

  /** Accepts a message like a fresh one, if it follows the schema now. */
  release(id: string, options?: CallOptions): Call<DataOf<'post', '/quarantine/{id}/release'>> {
    return this.#api.call('post', '/quarantine/{id}/release', { path: { id }, options });
  }

  /** Releases the oldest messages. Those that are still refused stay. */
  releaseAll(
    which: BodyOf<'post', '/quarantine/release'> = {},
    options?: CallOptions,
  ): Call<DataOf<'post', '/quarantine/release'>> {
    return this.#api.call('post', '/quarantine/release', { body: which, options });
  }

  discard(id: string, options?: CallOptions): Call<null> {
    return this.#api.call('delete', '/quarantine/{id}', { path: { id }, options });
  }
}
