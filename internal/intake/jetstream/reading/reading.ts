import type { ConsumerInfo, JetStreamManager, NatsConnection, StreamInfo } from 'nats';
import type { Obstacle } from '../../../domain/streams/stream-obstacles.js';
import { floorOf, type Look } from '../positions/look.js';
import type { PullTarget } from '../pull-target.js';
import type { Puller } from '../pulling/puller.js';
import type { Refusal } from '../refusal.js';
import type { WantedConsumer } from '../wanted-consumer.js';
import { Stall } from './stall.js';

/** One look may fail while a leader is elected. */
const MAX_FAILED_LOOKS = 3;

export interface ReadingOptions {
  readonly wanted: WantedConsumer;
  readonly connection: NatsConnection;
  readonly puller: Puller;
  readonly info: ConsumerInfo;
}

/** A consumer that this instance reads, in the state of the last look. */
export class Reading {
  readonly target: PullTarget;
  readonly filter: string | undefined;
  /** The creation time of the stream (RFC 3339). */
  readonly created: string;
  readonly connection: NatsConnection;
  readonly puller: Puller;
  private consumer: ConsumerInfo;
  private readonly stall = new Stall();
  /** The number of consecutive failed looks, and their reason. The known state of the consumer is as old as that. */
  private unseen: { readonly looks: number; readonly refusal: Refusal } | undefined;

  constructor({ wanted, connection, puller, info }: ReadingOptions) {
    this.target = wanted.target;
    this.filter = wanted.filter;
    this.created = wanted.created;
    this.connection = connection;
    this.puller = puller;
    this.consumer = info;
  }

  /** Number of messages that wait in the stream. */
  get pending(): number {
    return this.consumer.num_pending;
  }

  /** The server has described the consumer. */
  see(info: ConsumerInfo, now: number): void {
    this.consumer = info;
    this.stall.look(info, now);
  }

  /** The last look has succeeded. */
  isSeen(): void {
    this.unseen = undefined;
  }

  /** The server did not describe the consumer. Returns whether that is new. */
  overlook(refusal: Refusal): boolean {
    const { looks = 0, refusal: before } = this.unseen ?? {};
    this.unseen = { looks: looks + 1, refusal };
    return before?.message !== refusal.message;
  }

  /** Whether all messages up to a sequence were read and acknowledged at the last look. */
  isDrained(until: number): boolean {
    const { num_pending, num_ack_pending } = this.consumer;
    return (num_pending === 0 && num_ack_pending === 0) || floorOf(this.consumer) >= until;
  }

  /** The reason why no messages arrive from the consumer. */
  obstacle(): Obstacle | undefined {
    if (this.unseen && this.unseen.looks >= MAX_FAILED_LOOKS) {
      const { reason, message } = this.unseen.refusal;
      return { reason, problem: message };
    }
    const words = this.whyNothingComes();
    return words === undefined ? undefined : { reason: 'pull_refused', problem: pullRefused(this.target, words) };
  }

  toLook(manager: JetStreamManager, found: { readonly stream: StreamInfo; readonly consumer: ConsumerInfo }): Look {
    const { connection, target, filter, puller } = this;
    return { connection, manager, target, filter, ...found, repeated: puller.repetitions.numbers };
  }

  private whyNothingComes(): string | undefined {
    return this.consumer.paused ? 'the consumer is paused' : (this.puller.problem() ?? this.stall.problem());
  }
}

const pullRefused = ({ stream, consumer }: PullTarget, words: string) =>
  `The server delivers nothing from the stream ${stream} (${words}): look at "nats consumer info ${stream} ${consumer}" and change what keeps it from that.`;
