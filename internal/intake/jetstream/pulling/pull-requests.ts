import type { Msg, NatsConnection } from 'nats';
import { type ClientBoundary, headerBlockOf } from '../../client-boundary.js';
import { readStatus, type Status } from '../../header-block.js';
import type { PullTarget } from '../pull-target.js';
import { isAckSubject } from '../stream-position.js';
import { loweredBy, minOf, type PullLimits } from './pull-limits.js';
import { PullSlot } from './pull-slot.js';

export interface PullRequestsDeps {
  readonly boundary: ClientBoundary;
  readonly connection: NatsConnection;
  readonly target: PullTarget;
  /** The limits of the consumer. Refusals show further limits of the server. */
  readonly limits: PullLimits;
  /** Number of requests that are under way at the same time. */
  readonly atOnce: number;
  /** Monotonic milliseconds. */
  now(): number;
  readonly events: PullEvents;
}

interface PullEvents {
  onMessage(msg: Msg): void;
  /** A request ended, completely or in part, so that there is room for another one. */
  onEnded(): void;
  /** The server does not know the consumer, or does not know it any more. */
  onLost(why: string): void;
}

/** The amounts that one request asks for. */
export interface Batch {
  readonly messages: number;
  readonly bytes: number;
}

const NO_BLOCK = new Uint8Array(0);
const EXPIRES_MS = 20_000;
/** The first request ends soon, because the path of the answers may be closed until an answer has arrived. */
const FIRST_EXPIRES_MS = 1000;
/** A request without an end this long after its time was lost together with a server. */
const OVERDUE_MS = 2000;

/**
 * Requests messages from a pull consumer. It uses the protocol itself (`CONSUMER.MSG.NEXT`), because the protocol
 * bounds a request by number *and* bytes, and reports how each request ended.
 */
export class PullRequests {
  private readonly slots: readonly PullSlot[];
  private limits: PullLimits;
  private isAnswered = false;

  constructor(private readonly deps: PullRequestsDeps) {
    this.limits = deps.limits;
    this.slots = Array.from({ length: deps.atOnce }, () => this.open());
  }

  /** Number of messages that were requested and have not arrived. */
  get expected(): number {
    return this.slots.reduce((sum, { left }) => sum + left, 0);
  }

  get hasFreeSlot(): boolean {
    return this.slots.some(({ left }) => left === 0);
  }

  /** The reason why nothing arrives. One request that the server accepts is enough to have none. */
  problem(): string | undefined {
    const now = this.deps.now();
    const problems = this.slots.map((slot) => slot.problem(now));
    if (this.slots.some((slot) => slot.isAccepted(now))) return undefined;
    return problems.find((problem) => problem !== undefined);
  }

  /** Sends one more request. There must be a free slot. */
  ask(batch: Batch): void {
    const slot = this.slots.find(({ left }) => left === 0);
    if (!slot) return;
    if (slot.subscription.isClosed()) slot.subscription = this.subscribe(slot.inbox, () => slot);
    const expiresMs = this.isAnswered ? EXPIRES_MS : FIRST_EXPIRES_MS;
    const asked = minOf({ ...batch, expiresMs }, this.limits);
    slot.begin(asked, this.deps.now());
    slot.timer = setTimeout(() => this.rest(slot, slot.miss()), asked.expiresMs + OVERDUE_MS);
    const { stream, consumer } = this.deps.target;
    const request = { batch: asked.messages, max_bytes: asked.bytes, expires: asked.expiresMs * 1e6 };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.deps.connection.publish(subject, JSON.stringify(request), { reply: slot.inbox });
  }

  /** Forgets the requests, because they belonged to another connection. */
  forget(): void {
    for (const slot of this.slots) this.clear(slot);
  }

  /** Nothing arrives any more once this resolves. */
  async stop(): Promise<void> {
    this.forget();
    await Promise.all(this.slots.map(({ subscription }) => subscription.drain().catch(() => undefined)));
  }

  private open(): PullSlot {
    const inbox = this.deps.boundary.newInbox();
    const slot: PullSlot = new PullSlot(
      inbox,
      this.subscribe(inbox, () => slot),
    );
    return slot;
  }

  private subscribe(inbox: string, slot: () => PullSlot) {
    return this.deps.connection.subscribe(inbox, {
      callback: this.deps.boundary.guarded((error, msg) => {
        if (error) this.rest(slot(), slot().refuse(error.message));
        else this.receive(slot(), msg);
      }),
    });
  }

  private receive(slot: PullSlot, msg: Msg): void {
    // A message of the stream asks for its acknowledgement. Its publisher may write any status into it.
    if (!isAckSubject(msg.reply)) {
      const status = readStatus(headerBlockOf(msg) ?? NO_BLOCK);
      if (status) this.conclude(slot, status);
      return;
    }
    this.isAnswered = true;
    try {
      this.deps.events.onMessage(msg);
    } finally {
      if (slot.left > 0 && --slot.left === 0) this.end(slot);
    }
  }

  /**
   * 100 is a heartbeat, and 408 means that no message arrived in time. 409 has many reasons, and one of them is a full
   * batch.
   */
  private conclude(slot: PullSlot, { code, description }: Status): void {
    if (code === 100) return;
    this.isAnswered = true;
    if (code === 503 || (code === 409 && /consumer deleted|push based/i.test(description))) {
      this.clear(slot);
      this.deps.events.onLost(description || 'no such consumer');
    } else if (code === 408 || /batch completed/i.test(description)) {
      this.end(slot);
    } else if (/size exceeds/i.test(description) && slot.isAccepted(this.deps.now())) {
      this.end(slot);
    } else {
      this.refuse(slot, description || `status ${code}`);
    }
  }

  private refuse(slot: PullSlot, words: string): void {
    const lowered = slot.request && loweredBy(words, slot.request);
    if (lowered) {
      this.limits = minOf(this.limits, lowered);
      this.end(slot);
    } else {
      this.rest(slot, slot.refuse(words));
    }
  }

  /** If requests followed immediately after a refusal, the server would refuse thousands of requests per second. */
  private rest(slot: PullSlot, restMs: number): void {
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => this.leave(slot), restMs);
  }

  private end(slot: PullSlot): void {
    slot.succeed();
    this.leave(slot);
  }

  private leave(slot: PullSlot): void {
    this.clear(slot);
    this.deps.events.onEnded();
  }

  private clear(slot: PullSlot): void {
    clearTimeout(slot.timer);
    slot.left = 0;
  }
}
