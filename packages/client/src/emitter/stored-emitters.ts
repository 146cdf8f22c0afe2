import type { Hukz } from '../hukz.js';
import { HukzError } from '../hukz-error.js';
import type { Reference } from '../resources/reference.js';
import { isKeyTaken } from '../resources/upsert.js';
import type { NewWebhook, Webhook } from '../resources/webhooks.js';

const TAG = 'emitter';
/** The message of the API for an id or a key that nothing has. */
const MISSING = 'Record not found';

/** The webhooks of a namespace, by the ids of their emitters. */
export class StoredEmitters {
  readonly #hukz: Hukz;
  readonly #namespace: string;

  constructor(hukz: Hukz, namespace: string) {
    // A key alone would also mean the webhooks of other spaces.
    this.#hukz = hukz.in(hukz.space ?? 0);
    this.#namespace = namespace;
  }

  find(id: string): Promise<Webhook | undefined> {
    return unlessMissing(this.#hukz.webhooks.get(this.#referenceOf(id)));
  }

  /** Resolves with undefined if there is a webhook with this id. */
  async create(id: string, fields: NewWebhook): Promise<Webhook | undefined> {
    const names = { key: this.#keyOf(id), tags: { [TAG]: this.#namespace } };
    try {
      return await this.#hukz.webhooks.create({ ...fields, ...names });
    } catch (error) {
      if (isKeyTaken(error)) return undefined;
      throw error;
    }
  }

  async delete(id: string): Promise<void> {
    await unlessMissing(this.#hukz.webhooks.delete(this.#referenceOf(id)));
  }

  async pause(id: string): Promise<void> {
    await unlessMissing(this.#hukz.webhooks.pause(this.#referenceOf(id)));
  }

  /** A webhook whose receiver has answered 410 is disabled. */
  async restart({ id, enabled, paused_at: pausedAt }: Webhook): Promise<void> {
    if (!enabled) await this.#hukz.webhooks.update(id, { enabled: true });
    if (pausedAt !== undefined) await this.#hukz.webhooks.resume(id);
  }

  /** The ids of the emitters that are sent to, in the order in which they were attached. */
  async running(): Promise<readonly string[]> {
    const prefix = this.#keyOf('');
    const found: { readonly number: number; readonly id: string }[] = [];
    for await (const webhook of this.#hukz.webhooks.list({ tag: [`${TAG}:${this.#namespace}`] })) {
      const { key, id: number } = webhook;
      if (key?.startsWith(prefix) && isRunning(webhook)) found.push({ number, id: key.slice(prefix.length) });
    }
    return found.sort((a, b) => a.number - b.number).map(({ id }) => id);
  }

  #keyOf(id: string): string {
    return `emitter/${this.#namespace}/${id}`;
  }

  #referenceOf(id: string): Reference {
    return `key:${this.#keyOf(id)}`;
  }
}

export const isRunning = ({ enabled, paused_at: pausedAt }: Pick<Webhook, 'enabled' | 'paused_at'>) =>
  enabled && pausedAt === undefined;

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A 404 with another message is that of a proxy, or of a URL that is not that of the API. */
const isMissing = (error: unknown) =>
  error instanceof HukzError && error.status === 404 && error.problems.some(({ message }) => message === MISSING);
