import type { Msg, NatsConnection, Subscription } from 'nats';
import type { Degradation } from '../domain/degradation.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { ClientBoundary } from './client-boundary.js';
import type { Incoming } from './incoming.js';

export interface SubscriptionsDeps {
  readonly queueGroup: string;
  take(incoming: Incoming): void;
  readonly boundary: ClientBoundary;
  readonly logger: Logger;
}

const FLUSH_MS = 3000;

/** One queue subscription a registered subject, kept equal to the wanted set by difference: nothing else is touched. */
export class Subscriptions {
  private readonly active = new Map<string, Subscription>();
  private readonly failures = new Map<string, string>();
  private connection: NatsConnection | undefined;

  constructor(private readonly deps: SubscriptionsDeps) {}

  get count(): number {
    return this.active.size;
  }

  /** The subjects that the server does not let us subscribe to. */
  degraded(): readonly Degradation[] {
    return [...this.failures].map(([event, words]) => ({
      event,
      reason: 'subscription_refused',
      problem: `NATS refuses the subscription (${words}): allow the subject to our user, then restart hukz`,
    }));
  }

  /** A new connection begins without subscriptions. (A reconnection brings them back by itself.) */
  attach(connection: NatsConnection): void {
    this.connection = connection;
    this.active.clear();
    this.failures.clear();
  }

  /** Resolves when the server knows of the change; rejects when it does not answer. */
  async reconcile(subjects: readonly string[]): Promise<void> {
    const connection = this.connection;
    if (!connection || connection.isClosed()) return;
    const wanted = new Set(subjects);
    const surplus = [...this.active].filter(([subject]) => !wanted.has(subject));
    const missing = [...wanted].filter((subject) => !this.active.has(subject) && !this.failures.has(subject));
    for (const subject of this.failures.keys()) if (!wanted.has(subject)) this.failures.delete(subject);
    if (surplus.length === 0 && missing.length === 0) return;
    for (const subject of missing) this.subscribe(connection, subject);
    for (const [subject, subscription] of surplus) this.unsubscribe(subject, subscription);
    await withinMs(connection.flush(), FLUSH_MS);
    this.deps.logger.info('subscriptions.changed', {
      added: missing.length,
      removed: surplus.length,
      active: this.active.size,
    });
  }

  /** What was refused may be asked for again: the server has changed. */
  forgive(): void {
    this.failures.clear();
  }

  /** Takes nothing any more; resolves when what the server had sent was taken. */
  async stop(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    for (const [subject, subscription] of this.active) this.unsubscribe(subject, subscription);
    if (connection && !connection.isClosed()) await withinMs(connection.flush(), FLUSH_MS).catch(() => undefined);
  }

  private subscribe(connection: NatsConnection, subject: string): void {
    const subscription = connection.subscribe(subject, {
      queue: this.deps.queueGroup,
      callback: this.deps.boundary.guarded((error, msg) => {
        if (error) this.fail(subject, error);
        else this.deps.take(this.toIncoming(msg));
      }),
    });
    this.active.set(subject, subscription);
    this.failures.delete(subject);
  }

  /** Draining, not unsubscribing: what the server has sent by this subscription may be meant for a wider one too. */
  private unsubscribe(subject: string, subscription: Subscription): void {
    this.active.delete(subject);
    subscription.drain().catch((error: unknown) => {
      this.deps.logger.debug('subscription.drain_failed', { subject, error: messageOf(error) });
    });
  }

  private fail(subject: string, error: Error): void {
    this.active.delete(subject);
    this.failures.set(subject, error.message);
  }

  private toIncoming(msg: Msg): Incoming {
    const incoming = { subject: msg.subject, headers: this.deps.boundary.headersOf(msg), payload: msg.data };
    if (!msg.reply) return incoming;
    return { ...incoming, answer: (text) => void msg.respond(Buffer.from(text)) };
  }
}

function withinMs(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`NATS did not answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
