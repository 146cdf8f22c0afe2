import type { Api, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { exactBody, withBytes } from './exact-bytes.js';

export type Log = DataOf<'get', '/webhooks/logs/{id}'> & {
  /** The body that was sent, byte for byte. Undefined if retention has deleted the message. */
  readonly dataBytes: Uint8Array | undefined;
};

/** The attempts: one log per request to a receiver. */
export class Logs {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The attempts of your webhooks, newest first. */
  list(query: QueryOf<'get', '/webhooks/logs'> = {}, options?: CallOptions): List<DataOf<'get', '/webhooks/logs'>> {
    const { space_id = this.#api.space } = query;
    const filter = { ...query, ...(space_id !== undefined && { space_id }) };
    return this.#api.list('/webhooks/logs', { query: filter, options });
  }

  get(id: number, options?: CallOptions): Call<Log> {
    const call = this.#api.call('get', '/webhooks/logs/{id}', { path: { id }, options });
    return call.map(({ data, bytes }) => withBytes(data, 'dataBytes', () => exactBody(data, bytes, ['data'])));
  }
}
