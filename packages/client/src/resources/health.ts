import type { Api, DataOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';

/** The health of the instance that answers. Calls are not repeated: the first answer is the result. */
export class Health {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Whether the process runs. */
  alive(options?: CallOptions): Call<DataOf<'get', '/health/alive'>> {
    return this.#api.call('get', '/health/alive', { options, retry: false });
  }

  /** Rejects with a `HukzError` whose problems name each dependency that is away. */
  ready(options?: CallOptions): Call<DataOf<'get', '/health/ready'>> {
    return this.#api.call('get', '/health/ready', { options, retry: false });
  }

  /** Whether the instance accepts messages over HTTP. */
  publishing(options?: CallOptions): Call<DataOf<'get', '/health/publish'>> {
    return this.#api.call('get', '/health/publish', { options, retry: false });
  }
}
