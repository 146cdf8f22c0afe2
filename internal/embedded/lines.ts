import type { Clock } from '../clock.js';
import { Fifo } from '../dispatch/lanes/fifo.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';

export interface QueueLimits {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/** A delivery of an emitter. */
export interface Owed extends OwnedDelivery {
  /** The id of the emitter, which may have been removed meanwhile. */
  readonly emitter: string;
}

export interface LinesDeps {
  readonly limits: QueueLimits;
  readonly clock: Clock;
  /** The first delivery of a line may be sent from now on. */
  onReady(first: Owed): void;
}

/**
 * The deliveries of one emitter, in the order of their events. Only the first one is sent: `ready` means that it may be
 * claimed, `claimed` that dispatch has it, and `resting` that it waits for its next attempt.
 */
interface Line {
  first: Owed;
  state: 'ready' | 'claimed' | 'resting';
  readonly others: Fifo<Owed>;
  /** The time of the next attempt of a resting line, in monotonic milliseconds. */
  dueAt: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Holds all deliveries in memory, bounded in number and in bytes. Each emitter has one line, which exists until it is
 * empty.
 */
export class Lines {
  private readonly lines = new Map<number, Line>();
  private onChange: () => void = () => undefined;
  private counted = 0;
  private weighed = 0;

  constructor(private readonly deps: LinesDeps) {}

  get count(): number {
    return this.counted;
  }

  get bytes(): number {
    return this.weighed;
  }

  get isHalfFree(): boolean {
    const { maxQueued, maxQueuedBytes } = this.deps.limits;
    return this.counted * 2 <= maxQueued && this.weighed * 2 <= maxQueuedBytes;
  }

  get limits(): QueueLimits {
    return this.deps.limits;
  }

  /** Appends the deliveries to their lines: all of them, or none if there is no room for all. */
  tryAdd(deliveries: readonly Owed[]): boolean {
    const { maxQueued, maxQueuedBytes } = this.deps.limits;
    const bytes = deliveries.reduce((sum, one) => sum + bytesOf(one), 0);
    if (this.counted + deliveries.length > maxQueued || this.weighed + bytes > maxQueuedBytes) return false;
    this.counted += deliveries.length;
    this.weighed += bytes;
    for (const one of deliveries) this.add(one);
    return true;
  }

  /** Announces the first delivery of a line again, if it may be sent. */
  announce(webhookId: number): void {
    const line = this.lines.get(webhookId);
    if (line?.state === 'ready') this.deps.onReady(line.first);
  }

  /** Hands out the first delivery of a line, if it may be sent. */
  claim(webhookId: number): Owed | undefined {
    const line = this.lines.get(webhookId);
    if (line?.state !== 'ready') return undefined;
    line.state = 'claimed';
    return line.first;
  }

  /** Takes back a claimed delivery that was not sent. */
  unclaim({ webhookId }: OwnedDelivery): void {
    const line = this.lines.get(webhookId);
    if (line) line.state = 'ready';
    this.onChange();
  }

  /** Takes back a claimed delivery after an attempt. It is ready again after the wait. */
  rest({ webhookId, attempts, countedFailures }: OwnedDelivery, waitMs: number): void {
    const line = this.lines.get(webhookId);
    if (!line) return;
    line.first = { ...line.first, attempts, countedFailures };
    line.state = 'resting';
    line.dueAt = this.deps.clock.monotonic() + waitMs;
    line.timer = setTimeout(() => {
      line.state = 'ready';
      this.deps.onReady(line.first);
    }, waitMs);
    this.onChange();
  }

  /** Removes a claimed delivery that has ended, and returns it. The next one of its line is ready. */
  remove({ webhookId }: OwnedDelivery): Owed | undefined {
    const line = this.lines.get(webhookId);
    if (!line) return undefined;
    const { first } = line;
    this.forget(first);
    const next = line.others.shift();
    if (next) {
      line.first = next;
      line.state = 'ready';
    } else this.lines.delete(webhookId);
    this.onChange();
    return first;
  }

  /** Empties a line, except for a claimed delivery. Returns the removed deliveries in their order. */
  drop(webhookId: number): readonly Owed[] {
    const line = this.lines.get(webhookId);
    if (!line) return [];
    const dropped: Owed[] = [];
    if (line.state !== 'claimed') {
      clearTimeout(line.timer);
      this.lines.delete(webhookId);
      dropped.push(line.first);
    }
    for (let next = line.others.shift(); next; next = line.others.shift()) dropped.push(next);
    for (const one of dropped) this.forget(one);
    this.onChange();
    return dropped;
  }

  /** The webhooks whose first delivery is in this state. */
  webhooksIn(state: Line['state']): readonly number[] {
    return [...this.lines].flatMap(([webhookId, line]) => (line.state === state ? [webhookId] : []));
  }

  /** The claimed deliveries. */
  claimed(): readonly Owed[] {
    return [...this.lines.values()].flatMap(({ state, first }) => (state === 'claimed' ? [first] : []));
  }

  /**
   * Resolves when nothing will be sent before the time, in monotonic milliseconds: every line is empty, rests for
   * longer, or belongs to a webhook that is not sent to.
   */
  quietUntil(time: number, isSentTo: (webhookId: number) => boolean): Promise<void> {
    const isQuiet = ([webhookId, line]: [number, Line]) =>
      line.state !== 'claimed' && (!isSentTo(webhookId) || (line.state === 'resting' && line.dueAt > time));
    return new Promise((resolve) => {
      this.onChange = () => {
        for (const each of this.lines) if (!isQuiet(each)) return;
        resolve();
      };
      this.onChange();
    });
  }

  /** Ends all waits, and returns everything that is left, line by line. */
  clear(): readonly Owed[] {
    this.onChange = () => undefined;
    const left: Owed[] = [];
    for (const [webhookId, line] of [...this.lines]) {
      if (line.state === 'claimed') line.state = 'ready';
      left.push(...this.drop(webhookId));
    }
    return left;
  }

  private add(one: Owed): void {
    const line = this.lines.get(one.webhookId);
    if (line) {
      line.others.push(one);
      return;
    }
    this.lines.set(one.webhookId, { first: one, state: 'ready', others: new Fifo(), dueAt: 0, timer: undefined });
    this.deps.onReady(one);
  }

  private forget(one: Owed): void {
    this.counted--;
    this.weighed -= bytesOf(one);
  }
}

const bytesOf = ({ message }: Owed) => message.body.length;
