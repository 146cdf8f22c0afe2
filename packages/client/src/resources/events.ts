import type { Api, BodyOf, DataOf, QueryOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { List } from '../list.js';
import { EventSchemas } from '../schemas/event-schemas.js';
import type { Reference } from './reference.js';
import { upsert } from './upsert.js';

export type Event = DataOf<'get', '/events/{id}'>;
export type NewEvent = BodyOf<'post', '/events'>;
export type EventChanges = BodyOf<'patch', '/events/{id}'>;
type EventPut = BodyOf<'put', '/events/{id}'>;

/** The registered events, of which a NATS subject is the most important part. */
export class Events {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(query: QueryOf<'get', '/events'> = {}, options?: CallOptions): List<DataOf<'get', '/events'>> {
    return this.#api.list('/events', { query, options });
  }

  get(event: Reference, options?: CallOptions): Call<Event> {
    return this.#api.call('get', '/events/{id}', { path: { id: event }, options });
  }

  create(event: NewEvent, options?: CallOptions): Call<Event> {
    return this.#api.call('post', '/events', { body: event, options });
  }

  /** Changes the given fields (a JSON merge patch). */
  update(event: Reference, changes: EventChanges, options?: CallOptions): Call<Event> {
    return this.#api.call('patch', '/events/{id}', { path: { id: event }, body: changes, options });
  }

  /** Replaces the given fields that are not empty. */
  replace(event: Reference, fields: EventPut, options?: CallOptions): Call<Event> {
    return this.#api.call('put', '/events/{id}', { path: { id: event }, body: fields, options });
  }

  /** Changes the event with the key, or creates it. */
  upsert(key: string, fields: Omit<NewEvent, 'key'>, options?: CallOptions): Promise<Event> {
    return upsert(
      () => this.update(`key:${key}`, fields, options),
      () => this.create({ ...fields, key }, options),
    );
  }

  /** The versions of the schema of an event. */
  schemas(event: Reference): EventSchemas {
    return new EventSchemas(this.#api, event);
  }

  /** Deletes an event that no webhook has. */
  delete(event: Reference, options?: CallOptions): Call<null> {
    return this.#api.call('delete', '/events/{id}', { path: { id: event }, options });
  }
}
