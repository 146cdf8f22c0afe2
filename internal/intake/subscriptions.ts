import type { Msg, NatsConnection, Subscription } from 'nats';
import { coalesce } from '../coalesce.js';
import type { Degradation } from '../domain/degradation.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { ClientBoundary } from './client-boundary.js';
import type { Incoming } from './incoming.js';

export interface SubscriptionsDeps {
  readonly queueGroup: string;
  /** The registered ones. */
  subjects(): readonly string[];
  take(incoming: Incoming): void;
  readonly boundary: ClientBoundary;
  readonly logger: Logger;
}

const FLUSH_MS = 3000;

/** What the server has to know of. */
interface Active {
  readonly subscription: Subscription;
  /** Whether this connection's server has answered behind it. */
  confirmed: boolean;
  /** The server should have answered by now. */
  overdue: boolean;
}

/** One queue subscription a registered subject, kept equal to the wanted set by difference: nothing else is touched. */
export class Subscriptions {
  private readonly active = new Map<string, Active>();
  private readonly failures = new Map<string, string>();
  private connection: NatsConnection | undefined;

  constructor(private readonly deps: SubscriptionsDeps) {}

  get count(): number {
    return this.active.size;
  }

  /** The subjects that the server does not let us subscribe to, or has not confirmed. */
  degraded(): readonly Degradation[] {
    const refused = [...this.failures].map(([event, words]) => ({
      event,
      reason: 'subscription_refused' as const,
      problem: `NATS refuses the subscription (${words}): allow the subject to our user, then restart hukz`,
    }));
    const late = [...this.active].filter(([, { overdue }]) => overdue);
    const problem = 'NATS has not confirmed the subscription; hukz asks again every second';
    return [...refused, ...late.map(([event]) => ({ event, reason: 'not_subscribed' as const, problem }))];
  }

  /** A new connection begins without subscriptions. Those of the old one go on until it closes. */
  attach(connection: NatsConnection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.active.clear();
    this.failures.clear();
  }

  /** The connection was interrupted: the client has subscribed again, and the server has not answered behind that. */
  restored(): void {
    for (const each of this.active.values()) each.confirmed = false;
    this.failures.clear();
  }

  /** Resolves when the server knows of the change; rejects when it does not answer. */
  readonly reconcile = coalesce(() => this.reconcileNow());

  private async reconcileNow(): Promise<void> {
    const connection = this.connection;
    if (!connection || connection.isClosed()) return;
    const wanted = new Set(this.deps.subjects());
    const surplus = [...this.active].filter(([subject]) => !wanted.has(subject));
    const missing = [...wanted].filter((subject) => !this.active.has(subject) && !this.failures.has(subject));
    for (const subject of this.failures.keys()) if (!wanted.has(subject)) this.failures.delete(subject);
    for (const subject of missing) this.subscribe(connection, subject);
    for (const [subject, { subscription }] of surplus) this.unsubscribe(subject, subscription);
    const unconfirmed = [...this.active.values()].filter(({ confirmed }) => !confirmed);
    if (surplus.length === 0 && unconfirmed.length === 0) return;
    try {
      await withinMs(connection.flush(), FLUSH_MS);
    } catch (error) {
      for (const each of unconfirmed) each.overdue = true;
      throw error;
    }
    for (const each of unconfirmed) Object.assign(each, { confirmed: true, overdue: false });
    if (surplus.length === 0 && missing.length === 0) return;
    this.deps.logger.info('subscriptions.changed', {
      added: missing.length,
      removed: surplus.length,
      active: this.active.size,
    });
  }

  /** Takes nothing any more; resolves when what the server had sent was taken. */
  async stop(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    for (const [subject, { subscription }] of this.active) this.unsubscribe(subject, subscription);
    if (connection && !connection.isClosed()) await withinMs(connection.flush(), FLUSH_MS).catch(() => undefined);
  }

  private subscribe(connection: NatsConnection, subject: string): void {
    const subscription: Subscription = connection.subscribe(subject, {
      queue: this.deps.queueGroup,
      callback: this.deps.boundary.guarded((error, msg) => {
        if (error) this.fail(subject, subscription, error);
        else this.deps.take(this.toIncoming(msg));
      }),
    });
    this.active.set(subject, { subscription, confirmed: false, overdue: false });
    this.failures.delete(subject);
  }

  /** Draining, not unsubscribing: what the server has sent by this subscription may be meant for a wider one too. */
  private unsubscribe(subject: string, subscription: Subscription): void {
    this.active.delete(subject);
    subscription.drain().catch((error: unknown) => {
      this.deps.logger.debug('subscription.drain_failed', { subject, error: messageOf(error) });
    });
  }

  private fail(subject: string, subscription: Subscription, error: Error): void {
    if (this.active.get(subject)?.subscription !== subscription) return;
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
