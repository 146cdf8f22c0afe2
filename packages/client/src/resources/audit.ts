import type { Api, DataOf, QueryOf } from '../api.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';

export type AuditRow = DataOf<'get', '/audit'>['nodes'][number];

/** The record of changes through the API, and of reads of payloads with tokens. */
export class Audit {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest row is first. */
  list(query: QueryOf<'get', '/audit'> = {}, options?: CallOptions): List<DataOf<'get', '/audit'>> {
    const { space = this.#api.space } = query;
    return this.#api.list('/audit', { query: { ...query, ...(space !== undefined && { space }) }, options });
  }
}
