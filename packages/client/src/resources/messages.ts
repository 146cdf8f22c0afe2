import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { exactPayload, withBytes } from './exact-bytes.js';
import { type NewMessage, wireMessage } from './new-message.js';

export type Message = DataOf<'get', '/messages/{id}'> & {
  /** The payload byte for byte. `payload` is parsed, so that it has integers up to 2^53 only. */
  readonly payloadBytes: Uint8Array;
};
export type PublishedMessage = DataOf<'post', '/messages'>;
export type BatchLine = BatchLines[number];
type BatchLines = DataOf<'post', '/messages/batch'>;

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
   * 202 was refused, and `errors` of its answer say why.
   */
  publishBatch(messages: readonly NewMessage[], options: Omit<CallOptions, 'idempotencyKey'> = {}): Call<BatchLines> {
    const { space } = this.#api;
    const body: BodyOf<'post', '/messages/batch'> = messages.map((message) => wireMessage(message, { space }));
    return this.#api.call('post', '/messages/batch', { body, options, hasOwnKeys: true });
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

  /** Cancels a delayed message: its deliveries that are not due yet. */
  cancel(id: string, options?: CallOptions): Call<DataOf<'delete', '/messages/{id}'>> {
    return this.#api.call('delete', '/messages/{id}', { path: { id }, options });
  }
}
