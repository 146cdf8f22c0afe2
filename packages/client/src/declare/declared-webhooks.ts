import { retryPolicy, waitBeforeNext } from '../http/retry-policy.js';
import type { CallOptions } from '../http/send.js';
import { wait } from '../http/wait.js';
import type { Declaration, Hukz, Plan } from '../hukz.js';
import { HukzError } from '../hukz-error.js';
import { type Configure, defineWebhook, isWebhook } from './definitions.js';
import type { Env } from './env.js';
import type { Definition, OnChange, WebhookDefinition, WebhookFields } from './fields.js';
import { findDefinitions, type Source } from './find-definitions.js';
import { needsStoredEvents, type StoredEvent, toObjects } from './to-declaration.js';

type Step = Plan['plan'][number];
type StoredWebhook = Awaited<ReturnType<Hukz['webhooks']['list']>>['nodes'][number];

export interface DeclareOptions {
  /** The name of the program that declares. Webhooks and events of another one are never changed. */
  readonly managedBy: string;
  /** Whether `registerDiscovered` removes webhooks and events of this name that were not discovered. Default: false. */
  readonly prune?: boolean | undefined;
  /** Whether webhooks and events with the same keys, of another name or of none, become those of this name. */
  readonly takeOver?: boolean | undefined;
  /** Whether a webhook that is new or was changed is replayed. Default: `none`. */
  readonly onChange?: OnChange | undefined;
  /** Decides about the replay of a webhook with `onChange: 'ask'`. */
  readonly ask?: ((step: Step) => boolean | Promise<boolean>) | undefined;
}

export interface RegisterOptions extends CallOptions {
  /** Called before each wait for a service that is not available. */
  readonly onWaiting?: ((error: HukzError, waitMs: number) => void) | undefined;
}

/** A program that starts before its service waits at most this long between two tries. */
const PATIENCE = retryPolicy({
  maxAttempts: Number.POSITIVE_INFINITY,
  baseMs: 1000,
  maxMs: 30_000,
  maxRetryAfterMs: 600_000,
});

/** Webhooks that are declared in the code of the program that needs them. */
export class DeclaredWebhooks {
  readonly #hukz: Hukz;
  readonly #options: DeclareOptions;
  readonly #discovered = new Set<Definition>();

  constructor(hukz: Hukz, options: DeclareOptions) {
    this.#hukz = hukz;
    this.#options = options;
  }

  /** Registers one webhook, with the events that it names by their definitions. */
  register(webhook: WebhookFields, options?: CallOptions): Promise<Plan>;
  register(key: string, url: string | Env, configure?: Configure, options?: CallOptions): Promise<Plan>;
  async register(
    given: WebhookFields | string,
    urlOrOptions?: string | Env | CallOptions,
    configure?: Configure,
    options?: CallOptions,
  ): Promise<Plan> {
    if (typeof given === 'string')
      return this.#apply([defineWebhook(given, urlOrOptions as string | Env, configure)], { options });
    return this.#apply([defineWebhook(given)], { options: urlOrOptions as CallOptions | undefined });
  }

  /** Collects the definitions that modules export. Nothing is sent. Returns those of this call. */
  async discover(...sources: readonly Source[]): Promise<readonly Definition[]> {
    const found = await findDefinitions(sources);
    for (const definition of found) this.#discovered.add(definition);
    return found;
  }

  /**
   * Registers everything that was discovered. While the service is not available it waits and tries again, until the
   * signal is aborted. @throws {HukzError} if the service refuses the declaration
   */
  async registerDiscovered({ onWaiting, ...options }: RegisterOptions = {}): Promise<Plan> {
    if (this.#discovered.size === 0) throw new TypeError('no definition was discovered: call discover() first');
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.#apply([...this.#discovered], { prune: this.#options.prune, options });
      } catch (error) {
        if (!(error instanceof HukzError) || !error.isRetryable) throw error;
        const wish = { random: Math.random(), retryAfterMs: error.retryAfterMs };
        const waitMs = waitBeforeNext(PATIENCE, Math.min(attempts, 16), wish);
        if (waitMs === undefined) throw error;
        onWaiting?.(error, waitMs);
        await wait(waitMs, options.signal);
      }
    }
  }

  /** The stored webhooks of this name, in the space of the client. */
  all(options?: CallOptions): Promise<StoredWebhook[]> {
    return this.#hukz.webhooks.list({ managed_by: this.#options.managedBy }, options).take(Number.POSITIVE_INFINITY);
  }

  /** Removes a webhook of this name. Resolves with false if there is none with the key. */
  async remove(key: string, options?: CallOptions): Promise<boolean> {
    const { managedBy: managed_by } = this.#options;
    const [found] = await this.#hukz.webhooks.list({ key, managed_by }, options).take(1);
    if (!found) return false;
    await this.#hukz.webhooks.delete(found.id, options);
    return true;
  }

  /** Webhooks that are replayed need a request of their own, because `on_change` is about a whole declaration. */
  async #apply(definitions: readonly Definition[], { prune = false, options }: ApplyOptions): Promise<Plan> {
    const objects = toObjects(definitions, await this.#storedEvents(definitions, options));
    const { managedBy: managed_by, takeOver: take_over = false } = this.#options;
    const whole: Declaration = { managed_by, take_over, prune, ...objects };
    const replayed = await this.#replayed(definitions, whole, options);
    if (replayed.size === 0) return this.#hukz.apply(whole, options);
    const first = objects.webhooks.filter(({ key }) => replayed.has(key));
    if (first.length === objects.webhooks.length) return this.#hukz.apply({ ...whole, on_change: 'all' }, options);
    const begun = await this.#hukz.apply({ ...whole, webhooks: first, prune: false, on_change: 'all' }, options);
    return merged(begun, await this.#hukz.apply(whole, options));
  }

  /** The keys of the webhooks to replay if they are new or were changed. */
  async #replayed(definitions: readonly Definition[], whole: Declaration, options: CallOptions | undefined) {
    const wishes = definitions.filter(isWebhook).map((webhook) => [webhook.key, this.#onChange(webhook)] as const);
    const replayed = new Set(wishes.filter(([, wish]) => wish === 'replay').map(([key]) => key));
    const asked = new Set(wishes.filter(([, wish]) => wish === 'ask').map(([key]) => key));
    if (asked.size === 0) return replayed;
    const { ask } = this.#options;
    if (!ask) throw new TypeError(`webhook "${[...asked][0]}" has onChange: 'ask', and there is no function ask`);
    const { plan } = await this.#hukz.apply({ ...whole, dry_run: true }, options);
    for (const step of plan) {
      const isAsked = step.kind === 'webhook' && step.key !== null && asked.has(step.key);
      if (isAsked && (step.do === 'create' || step.do === 'change') && (await ask(step))) replayed.add(step.key ?? '');
    }
    return replayed;
  }

  #onChange({ replayable = true, onChange = this.#options.onChange ?? 'none' }: WebhookDefinition): OnChange {
    return replayable ? onChange : 'none';
  }

  async #storedEvents(definitions: readonly Definition[], options: CallOptions | undefined): Promise<StoredEvent[]> {
    if (!needsStoredEvents(definitions)) return [];
    return this.#hukz.events.list({}, options).take(Number.POSITIVE_INFINITY);
  }
}

interface ApplyOptions {
  readonly prune?: boolean | undefined;
  readonly options: CallOptions | undefined;
}

/** The second plan finds nothing to do for the webhooks of the first one, whose steps have their secrets. */
function merged(first: Plan, second: Plan): Plan {
  const done = new Map(first.plan.map((step) => [`${step.kind} ${step.key}`, step]));
  const plan = second.plan.map((step) => (step.do === 'keep' ? (done.get(`${step.kind} ${step.key}`) ?? step) : step));
  return { ...second, replays: first.replays + second.replays, plan };
}
