import { randomUuid } from '../http/random-id.js';
import type { Hukz } from '../hukz.js';
import type { Attached, Emitted, Emitter, EmitterConfig, Restarted, StopReport } from './contract.js';
import { EmitterError, invalid } from './emitter-error.js';
import { overHttp } from './over-http.js';
import type { Publish } from './publish.js';
import { shortened, wholeNumber } from './read.js';
import { readEvents, readId, readPayload } from './read-arguments.js';
import { readConfig } from './read-config.js';
import { refusalOf } from './refusal.js';
import { registerEvents } from './registered-events.js';
import type { readServiceOptions } from './service-options.js';
import { isRunning, StoredEmitters } from './stored-emitters.js';
import { webhookBody } from './webhook-body.js';

const readTimeout = wholeNumber({ min: 0, max: 86_400_000, fallback: 10_000 });
const EVENT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
/** The value of an HTTP header is visible ASCII with inner spaces. */
const REQUEST_ID = /^[!-~](?:[ -~]{0,253}[!-~])?$/;

/** Emitters that are webhooks of a service. */
export class ServiceEmitter implements Emitter {
  readonly #hukz: Hukz;
  readonly #emitters: StoredEmitters;
  readonly #publish: Publish;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #ending = new AbortController();
  #stopping: Promise<StopReport> | undefined;

  constructor(hukz: Hukz, { namespace, publish = overHttp(hukz) }: ReturnType<typeof readServiceOptions>) {
    this.#hukz = hukz;
    this.#emitters = new StoredEmitters(hukz, namespace);
    this.#publish = publish;
  }

  attach(id: string, event: string, config: EmitterConfig): Promise<Attached> {
    return this.attachMany(id, [event], config);
  }

  async attachMany(id: string, events: readonly string[], config: EmitterConfig): Promise<Attached> {
    this.#requireRunning();
    const subjects = readEvents(events, readText);
    const body = webhookBody(readConfig(config));
    const present = await this.#emitters.find(readId(id));
    if (present) return presenceOf(present);
    const registered = await registerEvents(this.#hukz, subjects);
    try {
      if (await this.#emitters.create(id, { ...body, event_ids: [...registered.ids] })) return 'ok';
    } catch (error) {
      await registered.undo();
      throw refusalOf(error);
    }
    await registered.undo();
    return presenceOf(await this.#emitters.find(id));
  }

  async detach(id: string): Promise<'ok'> {
    this.#requireRunning();
    await this.#emitters.delete(readId(id));
    return 'ok';
  }

  async emit(event: string, payload: unknown, requestId: string = randomUuid()): Promise<Emitted> {
    this.#requireRunning();
    if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId))
      throw invalid('requestId', 'an id is 1 to 255 printable ASCII characters, with spaces only inside it');
    const publication = { event: readEmitted(event), payload: readPayload(payload), requestId };
    const webhooks = await this.#untilEnd(
      this.#publish({ ...publication, space: this.#hukz.space, signal: this.#ending.signal }),
    );
    return { requestId, webhooks };
  }

  async pause(id: string): Promise<'ok'> {
    this.#requireRunning();
    await this.#emitters.pause(readId(id));
    return 'ok';
  }

  async restart(id: string): Promise<Restarted> {
    this.#requireRunning();
    const webhook = await this.#emitters.find(readId(id));
    if (!webhook) return 'not_found';
    if (isRunning(webhook)) return 'running';
    await this.#emitters.restart(webhook);
    return 'ok';
  }

  list(): Promise<readonly string[]> {
    return this.#emitters.running();
  }

  async isStarted(id: string): Promise<boolean> {
    const webhook = await this.#emitters.find(readId(id));
    return webhook !== undefined && isRunning(webhook);
  }

  async stop(timeoutMs?: number): Promise<StopReport> {
    this.#stopping ??= this.#finish(readTimeout('timeoutMs', timeoutMs));
    return this.#stopping;
  }

  #requireRunning(): void {
    if (this.#stopping) throw new EmitterError('stopped', 'the emitters have stopped; start new ones by startEmitter');
  }

  /** Counts a publication as under way until it ends. */
  async #untilEnd<T>(publication: Promise<T>): Promise<T> {
    this.#underWay.add(publication);
    try {
      return await publication;
    } finally {
      this.#underWay.delete(publication);
    }
  }

  async #finish(timeoutMs: number): Promise<StopReport> {
    const late = setTimeout(() => {
      const why = 'the emitters stopped before the service has confirmed the event, which it may have accepted';
      this.#ending.abort(new EmitterError('stopped', why));
    }, timeoutMs);
    await Promise.allSettled(this.#underWay);
    clearTimeout(late);
    return { undelivered: [] };
  }
}

/** An emitter that was detached meanwhile counts as one that was there. */
const presenceOf = (webhook: Parameters<typeof isRunning>[0] | undefined): Attached =>
  webhook && !isRunning(webhook) ? 'already_present' : 'already_exists';

/** The service knows which subjects may be registered, and says why not. */
function readText(source: string, event: unknown): string {
  if (typeof event === 'string') return event;
  throw invalid(source, 'an event must be a text');
}

function readEmitted(event: unknown): string {
  const text = readText('event', event);
  if (EVENT.test(text)) return text;
  const rule = 'an emitted event has tokens of letters, digits, "_" and "-", joined by dots, and no wildcards';
  throw invalid('event', `"${shortened(text)}" is not an event: ${rule}`);
}
