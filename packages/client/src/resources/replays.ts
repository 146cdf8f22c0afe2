import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import { type Answer, Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import { wait } from '../http/wait.js';
import type { List } from '../list.js';
import { type Reference, spaceFor } from './reference.js';

export type Replay = DataOf<'get', '/replays/{id}'>;
export type NewReplay = Omit<BodyOf<'post', '/webhooks/{id}/replay'>, 'dry_run'>;
type ReplayQuery = QueryOf<'get', '/webhooks/{id}/replays'>;
type ReplayPage = DataOf<'get', '/webhooks/{id}/replays'>;

export interface DoneOptions extends CallOptions {
  /** Called with the replay whenever it was read: `done` of `total` deliveries have been made due. */
  readonly onProgress?: ((replay: Replay) => void) | undefined;
}

/** To count a replay, the service may read millions of rows. */
const COUNTING_MS = 120_000;
const FIRST_LOOK_MS = 100;
const LATER_LOOKS_MS = 2000;

/** A replay that is being started. */
export class ReplayCall extends Call<Replay> {
  readonly #api: Api;

  constructor(api: Api, answer: Promise<Answer<Replay>>) {
    super(answer);
    this.#api = api;
  }

  /**
   * Waits until the replay has made all of its deliveries due, or has ended early. In that case its `state` is
   * `cancelled`, and its `error` gives the reason unless a user cancelled it.
   */
  async done(options: DoneOptions = {}): Promise<Replay> {
    const { id } = await this;
    return awaitReplay(this.#api, id, options);
  }
}

export function startReplay(
  api: Api,
  webhook: Reference,
  { replay, options }: { readonly replay: NewReplay; readonly options?: CallOptions | undefined },
): ReplayCall {
  const call = api.call('post', '/webhooks/{id}/replay', {
    path: { id: webhook },
    query: spaceFor(webhook, api.space),
    body: { ...replay, dry_run: false },
    options,
    timeoutMs: COUNTING_MS,
  });
  return new ReplayCall(api, call.map(({ data }) => data as Replay).withAnswer());
}

async function awaitReplay(api: Api, id: string, { onProgress, ...options }: DoneOptions): Promise<Replay> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LATER_LOOKS_MS)) {
    const replay = await api.call('get', '/replays/{id}', { path: { id }, options });
    onProgress?.(replay);
    if (replay.state !== 'running') return replay;
    await wait(waitMs, options.signal);
  }
}

/** Deliveries that are sent again, with their original `webhook-id`. */
export class Replays {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  create(webhook: Reference, replay: NewReplay, options?: CallOptions): ReplayCall {
    return startReplay(this.#api, webhook, { replay, options });
  }

  /** Counts the deliveries that a replay would send. */
  count(webhook: Reference, replay: NewReplay, options?: CallOptions): Call<{ readonly total: number }> {
    return this.#api.call('post', '/webhooks/{id}/replay', {
      ...this.#of(webhook),
      body: { ...replay, dry_run: true },
      options,
      timeoutMs: COUNTING_MS,
    });
  }

  /** The replays of a webhook, newest first. */
  list(webhook: Reference, paging: ReplayQuery = {}, options?: CallOptions): List<ReplayPage> {
    const { path, query } = this.#of(webhook);
    return this.#api.list('/webhooks/{id}/replays', { path, query: { ...query, ...paging }, options });
  }

  get(id: string, options?: CallOptions): Call<Replay> {
    return this.#api.call('get', '/replays/{id}', { path: { id }, options });
  }

  /** Waits until a replay has ended. */
  done(id: string, options: DoneOptions = {}): Promise<Replay> {
    return awaitReplay(this.#api, id, options);
  }

  /** Cancels a running replay. Deliveries that it has made due are still sent. */
  cancel(id: string, options?: CallOptions): Call<Replay> {
    return this.#api.call('delete', '/replays/{id}', { path: { id }, options });
  }

  #of(webhook: Reference) {
    return { path: { id: webhook }, query: spaceFor(webhook, this.#api.space) };
  }
}
