import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import { type Answer, Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import { wait } from '../http/wait.js';
import type { List } from '../list.js';

export type Erasure = DataOf<'get', '/messages/erasures/{id}'>;
export type EraseMessages = Omit<BodyOf<'post', '/messages/erase'>, 'dry_run'>;
export interface ErasureCount {
  /** Number of messages that would be erased. */
  readonly total: number;
  /** Number of messages whose payload is too large for the condition on the content. */
  readonly undecided: number;
}

export interface ErasureDoneOptions extends CallOptions {
  /** Called with the erasure whenever it was read: the payloads of `erased` of `total` messages are gone. */
  readonly onProgress?: ((erasure: Erasure) => void) | undefined;
}

/** To count the messages of a filter, the service may read millions of rows. */
const COUNTING_MS = 120_000;
const FIRST_LOOK_MS = 100;
const LATER_LOOKS_MS = 2000;

/** An erasure that is being started. */
export class ErasureCall extends Call<Erasure> {
  readonly #api: Api;

  constructor(api: Api, answer: Promise<Answer<Erasure>>) {
    super(answer);
    this.#api = api;
  }

  /**
   * Waits until nothing of the messages is left, or the erasure was cancelled. While a copy in the stream cannot be
   * deleted, `problem` says why, and the wait goes on.
   */
  async done(options: ErasureDoneOptions = {}): Promise<Erasure> {
    const { id } = await this;
    return awaitErasure(this.#api, id, options);
  }
}

async function awaitErasure(api: Api, id: string, { onProgress, ...options }: ErasureDoneOptions): Promise<Erasure> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LATER_LOOKS_MS)) {
    const erasure = await api.call('get', '/messages/erasures/{id}', { path: { id }, options });
    onProgress?.(erasure);
    if (erasure.state !== 'running') return erasure;
    await wait(waitMs, options.signal);
  }
}

/** Erasures of stored messages: their payloads, their headers, and what was kept of their attempts. */
export class Erasures {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  create(messages: EraseMessages, options?: CallOptions): ErasureCall {
    const body = { ...this.#inSpace(messages), dry_run: false };
    const call = this.#api.call('post', '/messages/erase', { body, options, timeoutMs: COUNTING_MS });
    return new ErasureCall(this.#api, call.map(({ data }) => data as Erasure).withAnswer());
  }

  /** Counts the messages that an erasure would erase. */
  count(messages: EraseMessages, options?: CallOptions): Call<ErasureCount> {
    const body = { ...this.#inSpace(messages), dry_run: true };
    const call = this.#api.call('post', '/messages/erase', { body, options, timeoutMs: COUNTING_MS });
    return call.map(({ data }) => data as ErasureCount);
  }

  /** The erasures, newest first. */
  list(
    query: QueryOf<'get', '/messages/erasures'> = {},
    options?: CallOptions,
  ): List<DataOf<'get', '/messages/erasures'>> {
    return this.#api.list('/messages/erasures', { query, options });
  }

  get(id: string, options?: CallOptions): Call<Erasure> {
    return this.#api.call('get', '/messages/erasures/{id}', { path: { id }, options });
  }

  /** Waits until an erasure has ended. */
  done(id: string, options: ErasureDoneOptions = {}): Promise<Erasure> {
    return awaitErasure(this.#api, id, options);
  }

  /** Cancels a running erasure. Its erased messages stay erased. */
  cancel(id: string, options?: CallOptions): Call<Erasure> {
    return this.#api.call('delete', '/messages/erasures/{id}', { path: { id }, options });
  }

  /** A client of a space must not erase the messages of others because a filter does not name the space. */
  #inSpace(messages: EraseMessages): EraseMessages {
    const { space } = this.#api;
    const { filter } = messages;
    if (space === undefined || !filter || filter.space !== undefined) return messages;
    const { all: _, ...conditions } = filter;
    return { ...messages, filter: { ...conditions, space } };
  }
}
