import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { type NewCloudEvent, type WireEvent, wireEvent } from './cloud-event.js';
import { exactPayload, withBytes } from './exact-bytes.js';
import { type NewMessage, type WireMessage, wireMessage } from './new-message.js';
import { repeatLines } from './repeat-lines.js';

export type Message = DataOf<'get', '/messages/{id}'> & {
  /** The payload byte for byte. `payload` is parsed, so that it has integers up to 2^53 only. */
  readonly payloadBytes: Uint8Array;
};
export type PublishedMessage = DataOf<'post', '/messages'>;
export type BatchLine = BatchLines[number];
type BatchBody = BodyOf<'post', '/messages/batch'>;
type BatchLines = DataOf<'post', '/messages/batch'>;

export interface BatchOptions extends Omit<CallOptions, 'idempotencyKey'> {
  /** Whether messages that were refused for a while (429, 503) are published again. Default: true. */
  readonly repeatLines?: boolean | undefined;
}

/** Publishes messages, and reads those that are stored. */
export class Messages {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Publishes a message. The call ends after the message is committed. A message without an `id` gets a random one, so
   * that a repeated request does not publish it twice.
   */
  publish(message: NewMessage, options?: CallOptions): Call<PublishedMessage> {
    const { space } = this.#api;
    const body = wireMessage(message, { space, options });
    return this.#api.call('post', '/messages', { body, options, hasOwnKeys: true });
  }

  /**
   * Publishes up to 1,000 messages in their order. Each has an answer of its own: a message with a `status` other than
   * 202 was refused, and `errors` of its answer say why. Messages that were refused for a while are published again,
   * after those that were accepted, unless `repeatLines` is false.
   */
  publishBatch(messages: readonly NewMessage[], options: BatchOptions = {}): Call<BatchLines> {
    const { space } = this.#api;
    return this.#publishAll(
      messages.map((message) => wireMessage(message, { space })),
      options,
    );
  }

  /** Publishes a CloudEvent, whose `source` and `id` are the id of the message. */
  publishCloudEvent(event: NewCloudEvent, options: Omit<CallOptions, 'idempotencyKey'> = {}): Call<PublishedMessage> {
    const headers = { 'Content-Type': 'application/cloudevents+json', ...this.#spaceHeader() };
    return this.#api.call('post', '/messages', { body: wireEvent(event), headers, options, hasOwnKeys: true });
  }

  /** Publishes up to 1,000 CloudEvents in their order. The answer is that of `publishBatch`. */
  publishCloudEvents(events: readonly NewCloudEvent[], options: BatchOptions = {}): Call<BatchLines> {
    const headers = { 'Content-Type': 'application/cloudevents-batch+json', ...this.#spaceHeader() };
    return this.#publishAll(events.map(wireEvent), options, headers);
  }

  /** The stored messages, newest first. */
  list(query: QueryOf<'get', '/messages'> = {}, options?: CallOptions): List<DataOf<'get', '/messages'>> {
    const { space = this.#api.space } = query;
    return this.#api.list('/messages', { query: { ...query, ...(space !== undefined && { space }) }, options });
  }

  get(id: string, options?: CallOptions): Call<Message> {
    const call = this.#api.call('get', '/messages/{id}', { path: { id }, options });
    return call.map(({ data, bytes }) => withBytes(data, 'payloadBytes', () => exactPayload(data, bytes)));
  }

  /** The webhooks that a stored message was owed to, and those that it would fire now, with the reasons. */
  explain(id: string, query: QueryOf<'get', '/messages/{id}/explain'> = {}, options?: CallOptions) {
    return this.#api.call('get', '/messages/{id}/explain', { path: { id }, query, options });
  }

  /** Cancels a delayed message: its deliveries that are not due yet. */
  cancel(id: string, options?: CallOptions): Call<DataOf<'delete', '/messages/{id}'>> {
    return this.#api.call('delete', '/messages/{id}', { path: { id }, options });
  }

  #spaceHeader(): Readonly<Record<string, string>> {
    const { space } = this.#api;
    return space === undefined ? {} : { 'Hukz-Space': String(space) };
  }

  #publishAll<Item extends WireMessage | WireEvent>(
    items: readonly Item[],
    { repeatLines: repeats = true, ...options }: BatchOptions,
    headers: Readonly<Record<string, string>> = {},
  ): Call<BatchLines> {
    const publish = (some: readonly Item[]) => {
      const parts = { headers, options, hasOwnKeys: true, isExpected: Array.isArray } as const;
      return this.#api.call('post', '/messages/batch', { body: [...some] as BatchBody, ...parts });
    };
    if (!repeats) return publish(items);
    return repeatLines({ items, publish, policy: this.#api.policyOf(options), signal: options.signal });
  }
}
