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

/** A consumer that this instance reads, as it was when it was last looked at. */
export class Reading {
  readonly target: PullTarget;
  readonly filter: string | undefined;
  /** RFC 3339, of the stream. */
  readonly created: string;
  readonly connection: NatsConnection;
  readonly puller: Puller;
  private consumer: ConsumerInfo;
  private readonly stall = new Stall();
  /** Looks in a row that have failed, and why: what is known of the consumer is as old as that. */
  private unseen: { readonly looks: number; readonly refusal: Refusal } | undefined;

  constructor({ wanted, connection, puller, info }: ReadingOptions) {
    this.target = wanted.target;
    this.filter = wanted.filter;
    this.created = wanted.created;
    this.connection = connection;
    this.puller = puller;
    this.consumer = info;
  }

  /** Messages that wait in the stream. */
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

  /** The server did not describe the consumer. Answers whether that is new. */
  overlook(refusal: Refusal): boolean {
    const { looks = 0, refusal: before } = this.unseen ?? {};
    this.unseen = { looks: looks + 1, refusal };
    return before?.message !== refusal.message;
  }

  /** Whether everything up to a sequence was read and acknowledged when we last looked. */
  isDrained(until: number): boolean {
    const { num_pending, num_ack_pending } = this.consumer;
    return (num_pending === 0 && num_ack_pending === 0) || floorOf(this.consumer) >= until;
  }

  /** Why nothing comes from it. */
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
