import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';

export type Token = DataOf<'get', '/tokens/{id}'>;
export type NewToken = BodyOf<'post', '/tokens'>;
export type TokenRotation = BodyOf<'post', '/tokens/{id}/rotate'>;

/** The tokens by which callers of the API say who they are. */
export class Tokens {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(query: QueryOf<'get', '/tokens'> = {}, options?: CallOptions): List<DataOf<'get', '/tokens'>> {
    return this.#api.list('/tokens', { query, options });
  }

  get(id: number, options?: CallOptions): Call<Token> {
    return this.#api.call('get', '/tokens/{id}', { path: { id }, options });
  }

  /** Creates a token. Its text is `token` of the answer, which is the only one that has it. */
  create(token: NewToken, options?: CallOptions): Call<Token> {
    return this.#api.call('post', '/tokens', { body: token, options });
  }

  /** Gives a token a new text. The text from before is valid for the overlap, 24 hours without another one. */
  rotate(id: number, rotation: TokenRotation = {}, options?: CallOptions): Call<Token> {
    return this.#api.call('post', '/tokens/{id}/rotate', { path: { id }, body: rotation, options });
  }

  /** Revokes a token. Every instance refuses it within a second. */
  revoke(id: number, options?: CallOptions): Call<null> {
    return this.#api.call('delete', '/tokens/{id}', { path: { id }, options });
  }
}
