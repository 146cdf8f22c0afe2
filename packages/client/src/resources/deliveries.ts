import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { exactBody, withBytes } from './exact-bytes.js';
import { inSpace } from './reference.js';

type WireDelivery = DataOf<'get', '/deliveries/{id}'>;
export type Delivery = Omit<WireDelivery, 'message'> & {
  readonly message: WireDelivery['message'] & {
    /** The body that is sent, byte for byte. Undefined if retention has deleted the message. */
    readonly dataBytes: Uint8Array | undefined;
  };
};
export type RetryMany = BodyOf<'post', '/deliveries/retry'>;
export type CancelMany = BodyOf<'post', '/deliveries/cancel'>;
type BulkChange = DataOf<'post', '/deliveries/retry'>;
/** The sums of all requests that a change of many deliveries takes. */
export type ManyChanged = Omit<BulkChange, 'next_cursor'>;

type BulkOptions = Omit<CallOptions, 'idempotencyKey'>;

/** The deliveries, each of which is one message that is owed to one webhook. */
export class Deliveries {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The deliveries of your webhooks, newest first. */
  list(query: QueryOf<'get', '/deliveries'> = {}, options?: CallOptions): List<DataOf<'get', '/deliveries'>> {
    const filter = { ...query, ...inSpace(query, this.#api.space) };
    return this.#api.list('/deliveries', { query: filter, options });
  }

  get(id: string, options?: CallOptions): Call<Delivery> {
    return this.#api.call('get', '/deliveries/{id}', { path: { id }, options }).map(withMessageBytes);
  }

  /** Sends a delivery again, with the same `webhook-id`, whatever its state is. */
  retry(id: string, options?: CallOptions): Call<Delivery> {
    return this.#api.call('post', '/deliveries/{id}/retry', { path: { id }, options }).map(withMessageBytes);
  }

  /** Cancels a delivery. A later retry can still send it. */
  cancel(id: string, options?: CallOptions): Call<Delivery> {
    return this.#api.call('post', '/deliveries/{id}/cancel', { path: { id }, options }).map(withMessageBytes);
  }

  /** Sends all deliveries of `ids` or of a `filter` again, in as many requests as it takes; or only counts them. */
  async retryMany(selection: RetryMany, options?: BulkOptions): Promise<ManyChanged> {
    const body = { ...selection, ...this.#within(selection) };
    return sumOf((from) => this.#api.call('post', '/deliveries/retry', { body: { ...body, ...from }, options }));
  }

  /** Cancels all unfinished deliveries of `ids` or of a `filter`, in as many requests as it takes; or counts them. */
  async cancelMany(selection: CancelMany, options?: BulkOptions): Promise<ManyChanged> {
    const body = { ...selection, ...this.#within(selection) };
    return sumOf((from) => this.#api.call('post', '/deliveries/cancel', { body: { ...body, ...from }, options }));
  }

  /** The filter in the space of the client, which would otherwise change the deliveries of all spaces. */
  #within<Filter extends { readonly space?: number | string }>({
    filter,
  }: {
    readonly filter?: Filter;
  }): {
    filter?: Filter;
  } {
    return filter ? { filter: { ...filter, ...inSpace(filter, this.#api.space) } } : {};
  }
}

/** A request changes a bounded number of deliveries. Its answer says where the next one has to continue. */
async function sumOf(change: (from: { readonly cursor?: string }) => Call<BulkChange>): Promise<ManyChanged> {
  const sum = { dry_run: false, matched: 0, changed: 0, skipped: 0 };
  for (let from: { readonly cursor?: string } = {}; ; ) {
    const { dry_run, matched, changed, skipped, next_cursor: cursor } = await change(from);
    sum.dry_run = dry_run;
    sum.matched += matched;
    sum.changed += changed;
    sum.skipped += skipped;
    if (cursor === undefined) return sum;
    if (cursor === from.cursor) throw new Error('a change has an answer whose next_cursor is its own cursor');
    from = { cursor };
  }
}

function withMessageBytes({ data, bytes }: { readonly data: WireDelivery; readonly bytes: Uint8Array }): Delivery {
  const message = withBytes(data.message, 'dataBytes', () => exactBody(data.message, bytes, ['message', 'data']));
  return { ...data, message };
}
