import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import type { Reference } from './reference.js';
import { upsert } from './upsert.js';

export type Space = DataOf<'get', '/spaces/{id}'>;
export type NewSpace = BodyOf<'post', '/spaces'>;
export type SpaceChanges = BodyOf<'patch', '/spaces/{id}'>;
type SpacePut = BodyOf<'put', '/spaces/{id}'>;

/** The tenants that webhooks belong to. */
export class Spaces {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(query: QueryOf<'get', '/spaces'> = {}, options?: CallOptions): List<DataOf<'get', '/spaces'>> {
    return this.#api.list('/spaces', { query, options });
  }

  get(space: Reference, options?: CallOptions): Call<Space> {
    return this.#api.call('get', '/spaces/{id}', { path: { id: space }, options });
  }

  create(space: NewSpace = {}, options?: CallOptions): Call<Space> {
    return this.#api.call('post', '/spaces', { body: space, options });
  }

  /** Changes the given fields (a JSON merge patch). */
  update(space: Reference, changes: SpaceChanges, options?: CallOptions): Call<Space> {
    return this.#api.call('patch', '/spaces/{id}', { path: { id: space }, body: changes, options });
  }

  /** Replaces the given fields that are not empty. */
  replace(space: Reference, fields: SpacePut, options?: CallOptions): Call<Space> {
    return this.#api.call('put', '/spaces/{id}', { path: { id: space }, body: fields, options });
  }

  /** Changes the space with the key, or creates it. */
  upsert(key: string, fields: Omit<NewSpace, 'key'> = {}, options?: CallOptions): Promise<Space> {
    return upsert(
      () => this.update(`key:${key}`, fields, options),
      () => this.create({ ...fields, key }, options),
    );
  }

  /**
   * Deletes a space with all its webhooks, and cancels what is owed to them.
   * @param confirm the confirmation that the API asks for
   */
  delete(
    space: Reference,
    { confirm }: { readonly confirm: string },
    options?: CallOptions,
  ): Call<DataOf<'delete', '/spaces/{id}'>> {
    return this.#api.call('delete', '/spaces/{id}', { path: { id: space }, query: { confirm }, options });
  }

  /** Whether an enabled webhook of the space has exactly this event. */
  hasEvent(space: Reference, event: string, options?: CallOptions): Call<boolean> {
    const parts = { path: { space_id: space }, query: { event }, options };
    return this.#api.call('get', '/webhooks/space/{space_id}/check', parts).map(({ data }) => data.event_enabled);
  }
}
