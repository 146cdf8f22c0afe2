import type { ConsumerConfig, Msg, NatsConnection } from 'nats';
import { isFinal, isOrderedByStream, type Receipt } from '../../../domain/message/receipt.js';
import type { Logger } from '../../../logger.js';
import type { Repeating } from '../../../repeat.js';
import { repeatReported } from '../../../repeat-reported.js';
import type { ClientBoundary } from '../../client-boundary.js';
import type { PullTarget } from '../pull-target.js';
import { makePositionId, markOf, parseAckSubject, type StreamPosition } from '../stream-position.js';
import { ACK_WAIT_MS } from '../stream-settings.js';
import { InHand } from './in-hand.js';
import { limitsOf } from './pull-limits.js';
import { PullRequests } from './pull-requests.js';
import { Repetitions } from './repetitions.js';
import { REQUESTS_PER_READER, type SharedRoom } from './shared-room.js';
import type { StreamAcceptor } from './stream-acceptor.js';

interface PulledConsumer {
  readonly target: PullTarget;
  /**
   * The creation time of the stream (RFC 3339). With the stream's name and a sequence, it identifies a message
   * permanently.
   */
  readonly streamCreated: string;
  /** The configuration of the consumer. */
  readonly config: Partial<ConsumerConfig>;
  /** The consumer does not exist any more and has to be made again. */
  onLost(why: string): void;
}

export interface PullerDeps {
  readonly connection: NatsConnection;
  readonly consumer: PulledConsumer;
  /** Monotonic milliseconds. */
  now(): number;
  readonly acceptor: StreamAcceptor;
  readonly boundary: ClientBoundary;
  /** The room that all pullers of this instance share. */
  readonly room: SharedRoom;
  readonly logger: Logger;
}

/**
 * The requests under way may bring all their bytes at once, and the ack wait of each message starts when the server
 * sends it: 4 MiB need 1.4 MB/s. 1,000 messages of 1 KiB fit into one request.
 */
const BATCH_BYTES = 2 << 20;
/**
 * The server gets a progress report about a message when it is between half a second and a second old, and every second
 * after that. At any moment, the event loop may stall for two thirds of the ack wait before a message is delivered to
 * another instance.
 */
const TICK_MS = ACK_WAIT_MS / 6;

/** Reads one consumer as fast as the journal accepts messages, and acknowledges committed messages. */
export class Puller {
  private readonly requests: PullRequests;
  private readonly idOf: (position: StreamPosition) => string;
  private readonly mark: string;
  private readonly inHand = new InHand();
  private tickedAt: number;
  private readonly working: Repeating;
  readonly repetitions = new Repetitions();
  private stopped = false;

  constructor(private readonly deps: PullerDeps) {
    const { connection, boundary, room, logger } = deps;
    const { target, streamCreated, config } = deps.consumer;
    const stream = { name: target.stream, created: streamCreated };
    this.idOf = makePositionId(stream);
    this.mark = markOf(stream);
    this.requests = new PullRequests({
      connection,
      target,
      boundary,
      limits: limitsOf(config),
      atOnce: config.max_waiting === 1 ? 1 : REQUESTS_PER_READER,
      now: deps.now,
      events: {
        onMessage: (msg) => this.onMessage(msg),
        onEnded: () => this.pull(),
        onLost: (why) => {
          if (!this.stopped) deps.consumer.onLost(why);
        },
      },
    });
    this.tickedAt = deps.now();
    this.working = repeatReported(async () => this.sayWorking(), {
      everyMs: TICK_MS,
      logger,
      line: 'stream.working_failed',
    });
    room.enter();
    this.pull();
  }

  /** The connection was interrupted: the requested messages will not arrive. */
  again(): void {
    this.requests.forget();
    this.pull();
  }

  /** The reason why the server sends nothing. */
  problem(): string | undefined {
    return this.requests.problem();
  }

  async stop(): Promise<void> {
    if (!this.stopped) this.deps.room.leave(this.pull);
    this.stopped = true;
    await this.requests.stop();
    await this.working.stop();
  }

  private readonly pull = (): void => {
    const { connection, room } = this.deps;
    // A request's timer may fire after its connection has closed, on which publishing throws.
    if (this.stopped || connection.isClosed() || connection.isDraining()) return;
    const bytes = Math.max(BATCH_BYTES, 2 * (connection.info?.max_payload ?? 0));
    while (this.requests.hasFreeSlot && room.has(this.requests.expected)) {
      this.requests.ask({ messages: room.batch, bytes });
    }
    // Otherwise the end of a request or of a message calls this method again.
    if (this.requests.expected === 0 && this.inHand.size === 0) room.await(this.pull);
  };

  private onMessage(msg: Msg): void {
    const { acceptor, boundary, room } = this.deps;
    const reply = msg.reply ?? '';
    const position = parseAckSubject(reply);
    if (!position) throw new Error(`the reply of a message of the stream cannot be read: ${reply}`);
    const { streamSequence } = position;
    if (position.delivered > 1) this.repetitions.add(position.consumerSequence);
    const headers = boundary.headersOf(msg);
    // The message was redelivered while it still waits for the journal. One acknowledgement is enough for both.
    if (!this.inHand.add(streamSequence, reply)) return;
    const size = msg.data.length;
    room.add(size);
    const identity = { id: this.idOf(position), receivedAt: position.storedAt };
    void acceptor
      .accept({ subject: msg.subject, headers, payload: msg.data, identity })
      .then((receipt) => this.conclude(receipt, streamSequence, size));
  }

  /** Acknowledges a message, or returns it to its stream. */
  private conclude(receipt: Receipt, sequence: number, size: number): void {
    const { connection, acceptor, room } = this.deps;
    const reply = this.inHand.remove(sequence);
    try {
      room.remove(size);
      if (reply !== undefined && !connection.isClosed()) connection.publish(reply, isFinal(receipt) ? ACK : AGAIN);
      this.pull();
    } catch {
      // The connection has closed: the stream redelivers the message, and the journal recognises it.
    }
    // This includes duplicates: the instance that committed the message may have died before the acknowledgement.
    if (isOrderedByStream(receipt)) acceptor.acknowledged(this.mark, sequence);
  }

  private sayWorking(): void {
    const { connection, now } = this.deps;
    if (connection.isClosed()) return;
    // After a stall, all messages are reported at once, because another stall may follow.
    const ticks = Math.min(Math.round((now() - this.tickedAt) / TICK_MS), 2);
    for (let n = 0; n < ticks; n++) this.inHand.tick((reply) => connection.publish(reply, WORKING));
    this.tickedAt = now();
  }
}

const ACK = Buffer.from('+ACK');
/**
 * A message that could not be stored is redelivered to any instance, long before the server would miss its
 * acknowledgement.
 */
const AGAIN = Buffer.from('-NAK {"delay": 5000000000}');
const WORKING = Buffer.from('+WPI');
