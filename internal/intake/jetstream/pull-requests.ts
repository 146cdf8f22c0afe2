import { createInbox, type Msg, type NatsConnection, type Subscription } from 'nats';
import { type ClientBoundary, headerBlockOf } from '../client-boundary.js';
import { readStatus, type Status } from '../header-block.js';
import { isAckSubject } from './stream-position.js';

export interface PullTarget {
  readonly stream: string;
  readonly consumer: string;
}

export interface PullRequestsDeps {
  readonly boundary: ClientBoundary;
  readonly connection: NatsConnection;
  readonly target: PullTarget;
  onMessage(msg: Msg): void;
  /** A request came to its end, whole or in part: there is room for another one. */
  onEnded(): void;
  /** The server does not know the consumer (any more). */
  onLost(why: string): void;
}

/** What one request asks for. */
export interface Batch {
  readonly messages: number;
  readonly bytes: number;
}

/** Between a request that the server refused and the next one: asked at once, it would refuse thousands a second. */
const REFUSED_MS = 500;

/** Room for one request at a time. A message bears its own subject, so only the subscription tells whose answer it is. */
interface Slot {
  readonly inbox: string;
  readonly subscription: Subscription;
  /** Messages that are asked for and have not come; 0: nothing is asked for. */
  left: number;
  timer: NodeJS.Timeout | undefined;
}

const NO_BLOCK = new Uint8Array(0);
const EXPIRES_MS = 20_000;
/** A request whose end was not heard of by then went down with a server. */
const OVERDUE_MS = EXPIRES_MS + 2000;

/**
 * Asks a pull consumer for messages: the protocol itself (`CONSUMER.MSG.NEXT`), because it bounds a request by number *and*
 * bytes, and says how each one ended.
 */
export class PullRequests {
  private readonly slots: readonly Slot[];

  constructor(
    private readonly deps: PullRequestsDeps,
    atOnce: number,
  ) {
    this.slots = Array.from({ length: atOnce }, () => this.open());
  }

  /** Messages that are asked for and have not come. */
  get expected(): number {
    return this.slots.reduce((sum, { left }) => sum + left, 0);
  }

  get hasFreeSlot(): boolean {
    return this.slots.some(({ left }) => left === 0);
  }

  /** Asks once more; there must be a free slot. */
  ask(batch: Batch): void {
    const slot = this.slots.find(({ left }) => left === 0);
    if (!slot) return;
    const { stream, consumer } = this.deps.target;
    slot.left = batch.messages;
    slot.timer = setTimeout(() => this.end(slot), OVERDUE_MS);
    const request = { batch: batch.messages, max_bytes: batch.bytes, expires: EXPIRES_MS * 1e6 };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.deps.connection.publish(subject, JSON.stringify(request), { reply: slot.inbox });
  }

  /** Forgets what was asked: the connection was another one. */
  forget(): void {
    for (const slot of this.slots) this.clear(slot);
  }

  /** Nothing comes any more once this resolves. */
  async stop(): Promise<void> {
    this.forget();
    await Promise.all(this.slots.map(({ subscription }) => subscription.drain().catch(() => undefined)));
  }

  private open(): Slot {
    const inbox = createInbox();
    const subscription = this.deps.connection.subscribe(inbox, {
      callback: this.deps.boundary.guarded((error, msg) => {
        if (error) this.deps.onLost(error.message);
        else this.receive(slot, msg);
      }),
    });
    const slot: Slot = { inbox, subscription, left: 0, timer: undefined };
    return slot;
  }

  private receive(slot: Slot, msg: Msg): void {
    // A message of the stream asks for its acknowledgement; its publisher may write any status into it.
    if (!isAckSubject(msg.reply)) {
      const status = readStatus(headerBlockOf(msg) ?? NO_BLOCK);
      if (status) this.conclude(slot, status);
      return;
    }
    try {
      this.deps.onMessage(msg);
    } finally {
      if (slot.left > 0 && --slot.left === 0) this.end(slot);
    }
  }

  /** 100 is a heartbeat, 408 means that nothing was there in time; 409 has many reasons, that the batch is full is one. */
  private conclude(slot: Slot, { code, description }: Status): void {
    if (code === 100) return;
    if (code === 503 || (code === 409 && /consumer deleted/i.test(description))) {
      this.clear(slot);
      this.deps.onLost(description || 'no such consumer');
    } else if (code === 408 || /size exceeds|batch completed/i.test(description)) {
      this.end(slot);
    } else {
      clearTimeout(slot.timer);
      slot.timer = setTimeout(() => this.end(slot), REFUSED_MS);
    }
  }

  private end(slot: Slot): void {
    this.clear(slot);
    this.deps.onEnded();
  }

  private clear(slot: Slot): void {
    clearTimeout(slot.timer);
    slot.left = 0;
  }
}
