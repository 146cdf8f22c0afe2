import type { ConsumerConfig, Msg, NatsConnection } from 'nats';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Repeating, repeat } from '../../repeat.js';
import type { Acceptor } from '../acceptor.js';
import type { ClientBoundary } from '../client-boundary.js';
import { limitsOf } from './pull-limits.js';
import { PullRequests, type PullTarget } from './pull-requests.js';
import { Repetitions } from './repetitions.js';
import { makePositionId, markOf, parseAckSubject, type StreamPosition } from './stream-position.js';
import { ACK_WAIT_MS } from './stream-settings.js';

export interface PullerDeps {
  readonly connection: NatsConnection;
  readonly target: PullTarget;
  /** RFC 3339, of the stream: with its name and a sequence it identifies a message for ever. */
  readonly streamCreated: string;
  /** Of the consumer. */
  readonly config: Partial<ConsumerConfig>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly acceptor: Acceptor;
  readonly boundary: ClientBoundary;
  /** The consumer is not there any more: it has to be made again. */
  onLost(why: string): void;
  readonly logger: Logger;
}

const REQUESTS = 2;
const BATCH_MESSAGES = 1000;
/** More than this waits for the journal: nothing is asked for until it has caught up. The stream keeps it. */
const MOST_IN_HAND = 4000;
/** At least a message of the largest size a server usually allows. */
const BATCH_BYTES = 8 << 20;
const MOST_BYTES_IN_HAND = 24 << 20;
/** What takes long is not delivered to another instance meanwhile. */
const SAY_WORKING_MS = ACK_WAIT_MS / 3;

/** Reads one consumer as fast as the journal takes it, and acknowledges what is committed. */
export class Puller {
  private readonly requests: PullRequests;
  private readonly idOf: (position: StreamPosition) => string;
  private readonly mark: string;
  /** By stream sequence: where the acknowledgement goes. */
  private readonly inHand = new Map<number, string>();
  private bytesInHand = 0;
  /** The newest message that was there when we last said that we work. */
  private lastInHand = 0;
  private readonly working: Repeating;
  readonly repetitions = new Repetitions();
  private stopped = false;

  constructor(private readonly deps: PullerDeps) {
    const { connection, target, boundary, logger } = deps;
    const stream = { name: target.stream, created: deps.streamCreated };
    this.idOf = makePositionId(stream);
    this.mark = markOf(stream);
    this.requests = new PullRequests({
      connection,
      target,
      boundary,
      limits: limitsOf(deps.config),
      atOnce: deps.config.max_waiting === 1 ? 1 : REQUESTS,
      now: deps.now,
      onMessage: (msg) => this.take(msg),
      onEnded: () => this.pull(),
      onLost: (why) => {
        if (!this.stopped) deps.onLost(why);
      },
    });
    this.working = repeat(async () => this.sayWorking(), {
      everyMs: SAY_WORKING_MS,
      onError: (error) => logger.warn('stream.working_failed', { error: messageOf(error) }),
    });
    this.pull();
  }

  /** The connection was interrupted: what had been asked for will not come. */
  again(): void {
    this.requests.forget();
    this.pull();
  }

  /** Why the server gives us nothing. */
  problem(): string | undefined {
    return this.requests.problem();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.requests.stop();
    await this.working.stop();
  }

  private pull(): void {
    const { connection } = this.deps;
    // A request's timer may end behind its connection, on which publishing throws.
    if (connection.isClosed() || connection.isDraining()) return;
    const maxBytes = Math.max(BATCH_BYTES, 2 * (connection.info?.max_payload ?? 0));
    while (!this.stopped && this.requests.hasFreeSlot && this.hasRoom()) {
      this.requests.ask({ messages: BATCH_MESSAGES, bytes: maxBytes });
    }
  }

  private hasRoom(): boolean {
    return this.inHand.size + this.requests.expected < MOST_IN_HAND && this.bytesInHand < MOST_BYTES_IN_HAND;
  }

  private take(msg: Msg): void {
    const { connection, acceptor, boundary } = this.deps;
    const reply = msg.reply ?? '';
    const position = parseAckSubject(reply);
    if (!position) throw new Error(`the reply of a message of the stream cannot be read: ${reply}`);
    const { streamSequence } = position;
    if (position.delivered > 1) this.repetitions.add(position.consumerSequence);
    const known = this.inHand.has(streamSequence);
    this.inHand.set(streamSequence, reply);
    // Redelivered while it still waits for the journal: one acknowledgement will do for both.
    if (known) return;
    const size = msg.data.length;
    this.bytesInHand += size;
    acceptor.take({
      subject: msg.subject,
      headers: boundary.headersOf(msg),
      payload: msg.data,
      identity: {
        id: this.idOf(position),
        receivedAt: position.storedAt,
        stream: this.mark,
        sequence: streamSequence,
      },
      done: (stored) => {
        const latest = this.inHand.get(streamSequence);
        this.inHand.delete(streamSequence);
        this.bytesInHand -= size;
        if (latest !== undefined && !connection.isClosed()) connection.publish(latest, stored ? ACK : AGAIN);
        this.pull();
      },
    });
  }

  /** Only of what was there the last time too: most messages are acknowledged within milliseconds. */
  private sayWorking(): void {
    const { connection } = this.deps;
    if (connection.isClosed()) return;
    let newest = 0;
    for (const [sequence, reply] of this.inHand) {
      if (sequence <= this.lastInHand) connection.publish(reply, WORKING);
      newest = Math.max(newest, sequence);
    }
    this.lastInHand = newest;
  }
}

const ACK = Buffer.from('+ACK');
/** What could not be stored comes again, to whoever can, long before the server would miss its acknowledgement. */
const AGAIN = Buffer.from('-NAK {"delay": 5000000000}');
const WORKING = Buffer.from('+WPI');
