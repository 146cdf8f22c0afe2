import { Api, type BodyOf, type DataOf, type QueryOf } from './api.js';
import type { Call } from './call.js';
import type { CallOptions } from './http/send.js';
import { type HukzOptions, readOptions, readSpace, readUser, type Space } from './options.js';
import { Audit } from './resources/audit.js';
import { DeadLetters } from './resources/dead-letters.js';
import { Deliveries } from './resources/deliveries.js';
import { Erasures } from './resources/erasures.js';
import { Events } from './resources/events.js';
import { type ExplainedMessage, type ExplainMessage, wireExplain } from './resources/explain.js';
import { Health } from './resources/health.js';
import { Logs } from './resources/logs.js';
import { Messages } from './resources/messages.js';
import { inSpace } from './resources/reference.js';
import { Replays } from './resources/replays.js';
import { Spaces } from './resources/spaces.js';
import { Tokens } from './resources/tokens.js';
import { Webhooks } from './resources/webhooks.js';
import { Quarantine } from './schemas/quarantine.js';

export type Declaration = BodyOf<'put', '/apply'>;
export type Plan = DataOf<'put', '/apply'>;
/** The stored objects as a declaration, and the numbers of those that have no key. */
export type ExportedDeclaration = Declaration & Pick<DataOf<'get', '/export'>, 'space' | 'skipped'>;
export type Account = DataOf<'get', '/accounting'>;

/** The service applies one declaration at a time, and waits up to a minute for its turn. */
const DECLARATION_MS = 120_000;

/**
 * A client of the HTTP API of hukz. It keeps no connection and no state, so that one object serves a whole program.
 * Nothing of it is printed by `console.log`, because its options may contain a token.
 */
export class Hukz {
  readonly #options: HukzOptions;
  readonly #api: Api;
  readonly events: Events;
  readonly webhooks: Webhooks;
  readonly messages: Messages;
  readonly erasures: Erasures;
  readonly deliveries: Deliveries;
  readonly logs: Logs;
  readonly deadLetters: DeadLetters;
  readonly quarantine: Quarantine;
  readonly replays: Replays;
  readonly spaces: Spaces;
  readonly tokens: Tokens;
  readonly audit: Audit;
  readonly health: Health;

  /** @throws {TypeError} for an option that is missing or wrong */
  constructor(options: HukzOptions = {}) {
    this.#options = options;
    this.#api = new Api(readOptions(options));
    this.events = new Events(this.#api);
    this.webhooks = new Webhooks(this.#api);
    this.messages = new Messages(this.#api);
    this.erasures = new Erasures(this.#api);
    this.deliveries = new Deliveries(this.#api);
    this.logs = new Logs(this.#api);
    this.deadLetters = new DeadLetters(this.#api, this.deliveries);
    this.quarantine = new Quarantine(this.#api);
    this.replays = new Replays(this.#api);
    this.spaces = new Spaces(this.#api);
    this.tokens = new Tokens(this.#api);
    this.audit = new Audit(this.#api);
    this.health = new Health(this.#api);
  }

  /** The space in which calls act that do not name one. */
  get space(): Space | undefined {
    return this.#api.space;
  }

  /** The same client, in another space. */
  in(space: Space): Hukz {
    return new Hukz({ ...this.#options, space: readSpace(space) });
  }

  /** The same client, on behalf of another user. */
  as(user: number): Hukz {
    return new Hukz({ ...this.#options, user: readUser(user) });
  }

  /**
   * Makes events and webhooks equal to a declaration, in one transaction, or only plans it (`dry_run`). A plan with
   * conflicts rejects with a `HukzError` of the status 409, whose `answer` has the `plan`.
   */
  apply(declaration: Declaration, options?: CallOptions): Call<Plan> {
    const { space = this.#api.space } = declaration;
    const body = { ...declaration, ...(space !== undefined && { space }) };
    return this.#api.call('put', '/apply', { body, options, timeoutMs: DECLARATION_MS });
  }

  /** The events, and the webhooks of a space, as a declaration, with placeholders in place of secrets. */
  export(query: QueryOf<'get', '/export'> = {}, options?: CallOptions): Call<ExportedDeclaration> {
    const { space = this.#api.space } = query;
    const filter = { ...query, ...(space !== undefined && { space }) };
    const call = this.#api.call('get', '/export', { query: filter, options, timeoutMs: DECLARATION_MS });
    // The document describes the objects of an export in words: each is as in a declaration.
    return call.map(({ data }) => data as ExportedDeclaration);
  }

  /**
   * Explains for each webhook whether it would get a message now, and what decides. Nothing is stored or sent.
   * `next_cursor` is the `cursor` of the next page.
   */
  explain(message: ExplainMessage, options?: CallOptions): Call<ExplainedMessage> {
    return this.#api.call('post', '/explain', { body: wireExplain(message, this.#api.space), options });
  }

  /** Compares the deliveries that messages owe with those that exist. */
  accounting(query: QueryOf<'get', '/accounting'> = {}, options?: CallOptions): Call<Account> {
    const filter = { ...query, ...inSpace(query, this.#api.space) };
    return this.#api.call('get', '/accounting', { query: filter, options });
  }
}
