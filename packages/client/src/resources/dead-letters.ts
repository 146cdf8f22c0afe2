import type { Api, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import type { Deliveries, Delivery, ManyChanged, RetryMany } from './deliveries.js';

type BulkOptions = Omit<CallOptions, 'idempotencyKey'>;
type Filter = Omit<NonNullable<RetryMany['filter']>, 'state'>;

/** The deliveries that were given up. */
export class DeadLetters {
  readonly #api: Api;
  readonly #deliveries: Deliveries;

  constructor(api: Api, deliveries: Deliveries) {
    this.#api = api;
    this.#deliveries = deliveries;
  }

  /** The dead letters of your webhooks, newest first. */
  list(query: QueryOf<'get', '/dead-letters'> = {}, options?: CallOptions): List<DataOf<'get', '/dead-letters'>> {
    const { space_id = this.#api.space } = query;
    const filter = { ...query, ...(space_id !== undefined && { space_id }) };
    return this.#api.list('/dead-letters', { query: filter, options });
  }

  /** Sends a dead letter again. @param id the id of the delivery */
  retry(id: string, options?: CallOptions): Call<Delivery> {
    return this.#deliveries.retry(id, options);
  }

  /** Sends all dead letters again that a filter selects, in the space of the client if it has one. */
  async retryAll(filter: Filter = {}, options?: BulkOptions): Promise<ManyChanged> {
    return this.#deliveries.retryMany({ filter: { ...filter, state: 'dead' } }, options);
  }
}
