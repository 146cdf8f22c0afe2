import { randomUUID } from 'node:crypto';
import type { Attached, EmitterConfig, Restarted, StopReport } from '../../packages/client/src/emitter/contract.js';
import { EmitterError } from '../../packages/client/src/emitter/emitter-error.js';
import { wholeNumber } from '../../packages/client/src/emitter/read.js';
import { readEvents, readId } from '../../packages/client/src/emitter/read-arguments.js';
import type { Clock } from '../clock.js';
import type { Sender } from '../destinations/http/sender.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import { makeDeliveryIds } from '../domain/delivery/delivery-id.js';
import { orderKeyOfValue } from '../domain/delivery/order-key.js';
import type { EgressRules } from '../domain/egress/egress-rules.js';
import { MessageHead } from '../domain/matching/message-view.js';
import type { Message } from '../domain/message/message.js';
import type { Logger } from '../logger.js';
import { readDestined } from './destined.js';
import type { EmbeddedEmitter, EmittedNow, EmitterStats, GivenUp } from './embedded-contract.js';
import type { Emitters } from './emitters.js';
import type { Lines, Owed } from './lines.js';
import { OWNER } from './make-dispatch.js';
import { toUndelivered } from './observers.js';
import { readEmission, readEvent } from './read-emission.js';
import type { Tally } from './tally.js';

export interface EmbeddedParts {
  readonly emitters: Emitters;
  readonly lines: Lines;
  readonly dispatch: Dispatch;
  readonly sender: Sender;
  readonly rules: EgressRules;
  readonly tally: Tally;
  readonly runtime: { readonly clock: Clock; readonly logger: Logger; makeId(ms: number): string };
}

const readTimeout = wholeNumber({ min: 0, max: 86_400_000, fallback: 10_000 });

/**
 * Every function has its whole effect before it returns its promise, so that the calls of a program take effect in
 * their order, whether or not it awaits them.
 */
export class Embedded implements EmbeddedEmitter {
  private readonly deliveryId = makeDeliveryIds();
  private stopping: Promise<StopReport> | undefined;

  constructor(private readonly parts: EmbeddedParts) {}

  attach(id: string, event: string, config: EmitterConfig): Promise<Attached> {
    return this.attachMany(id, [event], config);
  }

  async attachMany(id: string, events: readonly string[], config: EmitterConfig): Promise<Attached> {
    this.requireRunning();
    return this.parts.emitters.attach(
      readId(id),
      readEvents(events, readEvent),
      readDestined(config, this.parts.rules),
    );
  }

  async detach(id: string): Promise<'ok'> {
    this.requireRunning();
    const { emitters, lines, tally } = this.parts;
    const number = emitters.detach(readId(id));
    if (number !== undefined) for (const owed of lines.drop(number)) tally.gaveUp(owed, 'detached');
    return 'ok';
  }

  async emit(event: string, payload: unknown, requestId: string = randomUUID()): Promise<EmittedNow> {
    this.requireRunning();
    const { emitters, runtime } = this.parts;
    const receivedAt = runtime.clock.now();
    const message = readEmission({ event, payload, requestId }, runtime.makeId(receivedAt), receivedAt);
    const webhooks = emitters.match(new MessageHead(event, message.headers, receivedAt));
    if (webhooks.length > 0) this.keep(webhooks.map(({ id, key = '' }) => this.owe(message, id, key)));
    return { requestId, webhooks: webhooks.length };
  }

  async pause(id: string): Promise<'ok'> {
    this.requireRunning();
    this.parts.emitters.pause(readId(id));
    return 'ok';
  }

  async restart(id: string): Promise<Restarted> {
    this.requireRunning();
    const { emitters, lines } = this.parts;
    const restarted = emitters.restart(readId(id));
    const number = emitters.numberOf(id);
    if (restarted === 'ok' && number !== undefined) lines.announce(number);
    return restarted;
  }

  async list(): Promise<readonly string[]> {
    return this.parts.emitters.running();
  }

  async isStarted(id: string): Promise<boolean> {
    return this.parts.emitters.running().includes(id);
  }

  async stop(timeoutMs?: number): Promise<StopReport> {
    this.stopping ??= this.finish(readTimeout('timeoutMs', timeoutMs));
    return this.stopping;
  }

  stats(): EmitterStats {
    const { lines, dispatch, tally } = this.parts;
    return { queued: lines.count, queuedBytes: lines.bytes, inFlight: dispatch.stats().inFlight, ...tally.counts() };
  }

  deadLetters(): readonly GivenUp[] {
    return this.parts.tally.letters.list();
  }

  private requireRunning(): void {
    if (this.stopping) throw new EmitterError('stopped', 'the emitters have stopped; start new ones by startEmitter');
  }

  private owe(message: Message, webhookId: number, emitter: string): Owed {
    return {
      id: this.deliveryId(message.id, webhookId),
      message,
      webhookId,
      emitter,
      owner: OWNER,
      attempts: 0,
      countedFailures: 0,
      orderKey: orderKeyOfValue(webhookId, ''),
    };
  }

  private keep(owed: readonly Owed[]): void {
    const { lines, tally } = this.parts;
    if (lines.tryAdd(owed)) {
      tally.kept(lines.isHalfFree);
      return;
    }
    tally.refused();
    throw new EmitterError('full', this.fullness(owed));
  }

  private fullness(owed: readonly Owed[]): string {
    const { count, bytes, limits } = this.parts.lines;
    const more = owed.reduce((sum, { message }) => sum + message.body.length, 0);
    return (
      `the queue has no room for the event: ${count} of ${limits.maxQueued} (maxQueued) and ${bytes} of ` +
      `${limits.maxQueuedBytes} bytes (maxQueuedBytes) are in use, and the event needs ${owed.length} and ${more} bytes; ` +
      'emit it again later'
    );
  }

  private async finish(timeoutMs: number): Promise<StopReport> {
    const { emitters, lines, dispatch, sender, runtime } = this.parts;
    const { clock, logger } = runtime;
    const until = clock.monotonic() + timeoutMs;
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([late, lines.quietUntil(until, (id) => emitters.isSentTo(id))]);
    clearTimeout(deadline);
    await dispatch.stop(0);
    await sender.stop();
    const undelivered = lines.clear().map(toUndelivered);
    if (undelivered.length > 0) logger.warn('emitter.undelivered', { events: undelivered.length });
    return { undelivered };
  }
}
