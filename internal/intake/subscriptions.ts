import { setImmediate as nextTurn } from 'node:timers/promises';
import { ErrorCode, Events, type Msg, type NatsConnection, type Subscription } from 'nats';
import { coalesce } from '../coalesce.js';
import type { Degradation } from '../domain/streams/degradation.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { Ticks } from '../ticks.js';
import type { Acceptor } from './acceptor.js';
import type { ClientBoundary } from './client-boundary.js';
import { Replies } from './replies.js';

export interface SubscriptionsDeps {
  readonly queueGroup: string;
  /** The registered subjects. */
  subjects(): readonly string[];
  /** Whether an answer may go to a subject. */
  isInbox(subject: string): boolean;
  readonly accept: Acceptor['accept'];
  readonly boundary: ClientBoundary;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

const FLUSH_MS = 3000;
/** A subscription that the server refuses is tried again after this time. Each try is a line in the server's log. */
export const RETRY_REFUSED_MS = 30_000;

/** A subscription that the server has to know. */
interface Active {
  readonly subscription: Subscription;
  /** Whether this connection's server has answered a request that was sent after the subscription. */
  confirmed: boolean;
  /** The server should have answered by now. */
  overdue: boolean;
}

/** A subject that the server does not allow hukz to subscribe to. */
interface Refused {
  readonly serverText: string;
  /** The server has a limit, and does not report which subscription it refuses. */
  readonly isLimit: boolean;
  readonly triedAt: number;
}

/** One queue subscription per registered subject. Only the differences to the wanted set are changed. */
export class Subscriptions {
  private readonly active = new Map<string, Active>();
  private readonly refused = new Map<string, Refused>();
  /** Subjects with a trial subscription. A subject may be in the list twice. */
  private readonly candidates: string[] = [];
  private connection: NatsConnection | undefined;
  /** The newest connection. The connection that brought a message may have been left meanwhile. */
  private answering: NatsConnection | undefined;
  /** Refusals of this connection that name no subject, and were not assigned to a subject yet. */
  private limits = 0;
  private readonly replies: Replies;

  constructor(private readonly deps: SubscriptionsDeps) {
    const publish = (subject: string, text: string) => this.answering?.publish(subject, text);
    this.replies = new Replies({ isInbox: deps.isInbox, publish });
  }

  get count(): number {
    return this.active.size;
  }

  /** Number of requests whose reply subject is no inbox. */
  get receiptsRefused(): number {
    return this.replies.refused;
  }

  /** The subjects that the server does not allow, or has not confirmed. */
  degraded(): readonly Degradation[] {
    const found: Degradation[] = [];
    for (const [event, refusal] of this.refused) {
      const problem = `${problemOf(event, refusal)}; hukz tries again every ${RETRY_REFUSED_MS / 1000} s`;
      found.push({ event, reason: 'subscription_refused', problem });
    }
    const problem = 'NATS has not confirmed the subscription; hukz asks again every second';
    for (const [event, { overdue }] of this.active) {
      if (overdue && !this.refused.has(event)) found.push({ event, reason: 'not_subscribed', problem });
    }
    return found;
  }

  /** A new connection begins without subscriptions. Those of the old connection continue until it closes. */
  attach(connection: NatsConnection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.answering = connection;
    this.active.clear();
    this.refused.clear();
    this.limits = 0;
    void this.watch(connection);
  }

  /** The connection was interrupted: the client has subscribed again, and the server has not confirmed that yet. */
  restored(): void {
    for (const each of this.active.values()) each.confirmed = false;
    this.refused.clear();
  }

  /** Resolves when the server knows the change. Rejects if the server does not answer. */
  readonly reconcile = coalesce(() => this.reconcileNow());

  /**
   * Subscribes to a subject before anything depends on it. Resolves with the reason if the server refuses the subject,
   * and rejects if the server does not answer. The next reconciliation removes the subscription unless the subject is
   * registered by then.
   */
  async tryOut(subject: string, insteadOf?: string): Promise<string | undefined> {
    this.refused.delete(subject);
    this.candidates.push(subject);
    try {
      await this.reconcile();
      const refusal = this.refused.get(subject);
      if (refusal) return refusal.isLimit && this.makesRoom(insteadOf) ? undefined : problemOf(subject, refusal);
      if (!this.active.get(subject)?.confirmed) throw new Error('the connection was interrupted');
      return undefined;
    } finally {
      this.candidates.splice(this.candidates.indexOf(subject), 1);
      const isWanted = this.candidates.includes(subject) || this.deps.subjects().includes(subject);
      if (!isWanted) this.refused.delete(subject);
    }
  }

  /** Stops receiving messages. Resolves when all messages that the server had sent are accepted. */
  async stop(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    for (const [subject, { subscription }] of this.active) this.unsubscribe(subject, subscription);
    if (connection && !connection.isClosed()) await withinMs(connection.flush(), FLUSH_MS).catch(() => undefined);
  }

  private async reconcileNow(): Promise<void> {
    const connection = this.connection;
    if (!connection || connection.isClosed()) return;
    const wanted = new Set([...this.deps.subjects(), ...this.candidates]);
    const surplus = [...this.active].filter(([subject]) => !wanted.has(subject));
    for (const subject of this.refused.keys()) if (!wanted.has(subject)) this.refused.delete(subject);
    const missing = [...wanted].filter((subject) => !this.active.has(subject) && !this.refused.has(subject));
    // A declaration may bring or remove thousands of subjects.
    const ticks = new Ticks();
    for (const subject of missing) {
      await ticks.next();
      if (connection !== this.connection) return;
      if (!this.active.has(subject)) this.subscribe(connection, subject);
    }
    for (const [subject, active] of surplus) {
      await ticks.next();
      if (connection !== this.connection) return;
      if (this.active.get(subject) === active) this.unsubscribe(subject, active.subscription);
    }
    const isChanged = surplus.length > 0 || missing.length > 0;
    if (isChanged || [...this.active.values()].some(({ confirmed }) => !confirmed)) await this.confirm(connection);
    await this.retryRefused(connection);
    if (!isChanged) return;
    this.deps.logger.info('subscriptions.changed', {
      added: missing.length,
      removed: surplus.length,
      active: this.active.size,
    });
  }

  /** Resolves when the server has answered after the active subscriptions, and has refused those beyond its limit. */
  private async confirm(connection: NatsConnection): Promise<void> {
    const asked = [...this.active.values()].filter(({ confirmed }) => !confirmed);
    try {
      await withinMs(connection.flush(), FLUSH_MS);
    } catch (error) {
      for (const each of asked) each.overdue = true;
      throw error;
    }
    // The client reports errors one turn later than the answer to the flush.
    await nextTurn();
    for (const each of asked) Object.assign(each, { confirmed: true, overdue: false });
    if (connection !== this.connection) return;
    this.putAside(connection, this.limits);
    this.limits = 0;
  }

  /** The server reads subscriptions in their order and refuses those beyond its limit, which are the last ones. */
  private putAside(connection: NatsConnection, count: number): void {
    const inOrder = [...this.active].sort(([, a], [, b]) => a.subscription.getID() - b.subscription.getID());
    for (const [subject, { subscription }] of inOrder.slice(inOrder.length - Math.min(count, inOrder.length))) {
      this.unsubscribe(subject, subscription);
      this.refused.set(subject, { serverText: lastErrorOf(connection), isLimit: true, triedAt: -Infinity });
    }
  }

  /** The refused subjects are tried one after the other, so that the answer shows which one is meant. */
  private async retryRefused(connection: NatsConnection): Promise<void> {
    const { now } = this.deps;
    const due = [...this.refused].filter(([, { triedAt }]) => now() - triedAt >= RETRY_REFUSED_MS);
    let isFull = false;
    for (const [subject, { isLimit }] of due) {
      if (!isFull || !isLimit) {
        this.subscribe(connection, subject);
        await this.confirm(connection);
        if (this.active.has(subject)) this.refused.delete(subject);
      }
      const again = this.refused.get(subject);
      if (again) this.refused.set(subject, { ...again, triedAt: now() });
      isFull ||= again?.isLimit === true;
    }
  }

  private subscribe(connection: NatsConnection, subject: string): void {
    const subscription: Subscription = connection.subscribe(subject, {
      queue: this.deps.queueGroup,
      callback: this.deps.boundary.guarded((error, msg) => {
        if (error) this.refuse(subject, subscription, error);
        else this.onMessage(msg);
      }),
    });
    this.active.set(subject, { subscription, confirmed: false, overdue: false });
  }

  /** The subscription is drained, because messages that the server has sent by it may be meant for a wider one too. */
  private unsubscribe(subject: string, subscription: Subscription): void {
    this.active.delete(subject);
    subscription.drain().catch((error: unknown) => {
      this.deps.logger.debug('subscription.drain_failed', { subject, error: messageOf(error) });
    });
  }

  /** A limit counts the subscription that is replaced, which ends when the change is stored. */
  private makesRoom(insteadOf: string | undefined): boolean {
    return insteadOf !== undefined && this.active.has(insteadOf);
  }

  private refuse(subject: string, subscription: Subscription, error: Error): void {
    if (this.active.get(subject)?.subscription !== subscription) return;
    this.active.delete(subject);
    this.refused.set(subject, { serverText: error.message, isLimit: false, triedAt: this.deps.now() });
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const { type, data, permissionContext } of connection.status()) {
      if (connection !== this.connection) return;
      if (type === Events.Disconnect) this.limits = 0;
      if (type === Events.Error && data === ErrorCode.ProtocolError) this.limits++;
      if (permissionContext?.operation === 'subscription') this.withdraw(permissionContext.subject);
    }
  }

  /** Handles a permission that is revoked later: the server names no queue group, so the client calls no callback. */
  private withdraw(subject: string): void {
    const active = this.active.get(subject);
    if (!active) return;
    this.unsubscribe(subject, active.subscription);
    this.refused.set(subject, { serverText: 'permissions violation', isLimit: false, triedAt: this.deps.now() });
  }

  private onMessage(msg: Msg): void {
    const headers = this.deps.boundary.headersOf(msg);
    const isAnswered = this.replies.answers(msg.reply, headers);
    const receipt = this.deps.accept({
      subject: msg.subject,
      headers,
      payload: msg.data,
      ...(isAnswered && { isAnswered }),
    });
    this.replies.await(receipt, msg.reply, headers);
  }
}

/** One sentence for the person who registers the event. The message of NATS is in the log. */
const problemOf = (subject: string, { serverText, isLimit }: Refused) =>
  isLimit
    ? `NATS refuses the subscription (${serverText}): raise the limit of the server or the account`
    : `NATS does not let hukz subscribe to "${subject}": allow the subject to the NATS user of hukz, or register another one`;

function withinMs(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`NATS did not answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The server's last error as nats.js 2.29 stores it. The client's status has only a code. */
interface ClientConnection {
  readonly protocol?: { readonly lastError?: Error };
}

function lastErrorOf(connection: NatsConnection): string {
  return (connection as unknown as ClientConnection).protocol?.lastError?.message ?? 'a limit of the server';
}
