import { basic, bearer, type OAuthCredentials, oauth } from './credentials.js';
import type { Env } from './env.js';
import type { EventName, WebhookFields } from './fields.js';

type Fields = Partial<Omit<WebhookFields, 'key' | 'url'>>;

/** Collects the fields of a webhook. Each method returns the builder. */
export class WebhookBuilder {
  #fields: Fields = {};

  get fields(): Fields {
    return this.#fields;
  }

  /** Sets fields for which there is no method. */
  with(fields: Fields): this {
    this.#fields = { ...this.#fields, ...fields };
    return this;
  }

  withEventType(event: EventName): this {
    const { events = [] } = this.#fields;
    return this.with({ events: events === 'all' ? [event] : [...events, event] });
  }

  withBearerToken(token: string | Env): this {
    return this.with({ auth: bearer(token) });
  }

  withBasicAuth(username: string | Env, password: string | Env): this {
    return this.with({ auth: basic(username, password) });
  }

  withOAuth(credentials: OAuthCredentials): this {
    return this.with({ auth: oauth(credentials) });
  }

  withHeader(name: string, value: string | Env): this {
    return this.with({ headers: { ...this.#fields.headers, [name]: value } });
  }

  notReplayable(): this {
    return this.with({ replayable: false });
  }

  notActive(): this {
    return this.with({ active: false });
  }
}
