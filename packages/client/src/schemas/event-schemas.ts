import type { Api, BodyOf, DataOf } from '../api.js';
import type { Call } from '../call.js';
import type { CallOptions } from '../http/send.js';
import type { Reference } from '../resources/reference.js';

export type EventSchema = DataOf<'get', '/events/{id}/schemas/{version}'>;
export type NewEventSchema = BodyOf<'post', '/events/{id}/schemas'>;
type EventSchemaChanges = BodyOf<'patch', '/events/{id}/schemas/{version}'>;

/** The versions of the schema of one event. */
export class EventSchemas {
  readonly #api: Api;
  readonly #event: Reference;

  constructor(api: Api, event: Reference) {
    this.#api = api;
    this.#event = event;
  }

  /** All versions, newest first. */
  list(options?: CallOptions): Call<DataOf<'get', '/events/{id}/schemas'>> {
    return this.#api.call('get', '/events/{id}/schemas', { path: { id: this.#event }, options });
  }

  get(version: string, options?: CallOptions): Call<EventSchema> {
    return this.#api.call('get', '/events/{id}/schemas/{version}', { path: { id: this.#event, version }, options });
  }

  /** Adds a version. The answer names the examples of other versions that break it. */
  create(schema: NewEventSchema, options?: CallOptions): Call<DataOf<'post', '/events/{id}/schemas'>> {
    return this.#api.call('post', '/events/{id}/schemas', { path: { id: this.#event }, body: schema, options });
  }

  /** Changes the mode or the example of a version. */
  update(version: string, changes: EventSchemaChanges, options?: CallOptions): Call<EventSchema> {
    const path = { id: this.#event, version };
    return this.#api.call('patch', '/events/{id}/schemas/{version}', { path, body: changes, options });
  }

  delete(version: string, options?: CallOptions): Call<null> {
    return this.#api.call('delete', '/events/{id}/schemas/{version}', { path: { id: this.#event, version }, options });
  }

  /** Checks a payload by a version, or by a schema that is not stored. Nothing is changed. */
  validate(
    check: BodyOf<'post', '/events/{id}/schemas/validate'>,
    options?: CallOptions,
  ): Call<DataOf<'post', '/events/{id}/schemas/validate'>> {
    return this.#api.call('post', '/events/{id}/schemas/validate', { path: { id: this.#event }, body: check, options });
  }
}
