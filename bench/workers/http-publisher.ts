import { type Dispatcher, Pool } from 'undici';
import { blankPayload, writeMark } from '../mark.js';
import { nowMs } from '../now.js';
import { pace } from './pace.js';
import { serveCommands } from './serve-commands.js';

export interface HttpMessages {
  /** The origin of the API. */
  readonly origin: string;
  readonly subject: string;
  readonly run: number;
  readonly count: number;
  readonly bytes: number;
  readonly connections: number;
  /** The number of messages per request. More than one are a batch. */
  readonly perRequest: number;
}

export type HttpPublisherCommands = {
  /** Publishes as fast as the service answers, one request per connection at a time. Returns the time of the start. */
  flood(messages: HttpMessages): Promise<number>;
  /** Returns the intended time of the first message. */
  pace(messages: HttpMessages & { readonly perSecond: number }): Promise<number>;
};

const ACCEPTED = 202;

/** Sends one request after another from a reused buffer, so that the publisher takes little CPU from the service. */
class Slot implements Dispatcher.DispatchHandler {
  private readonly options: Dispatcher.DispatchOptions;
  private readonly body: Buffer;
  private readonly marked: readonly Buffer[];
  private status = 0;

  constructor(
    private readonly pool: Pool,
    private readonly messages: HttpMessages,
    private readonly onDone: (slot: Slot, error?: Error) => void,
  ) {
    const { subject, bytes, perRequest } = messages;
    const line = Buffer.from(`{"event":"${subject}","payload":${blankPayload(bytes)}}\n`);
    this.body = Buffer.concat(Array(perRequest).fill(line));
    this.marked = Array.from({ length: perRequest }, (_, n) => this.body.subarray(n * line.length));
    const headers = ['x-user', '1', 'content-type', perRequest > 1 ? 'application/x-ndjson' : 'application/json'];
    const path = perRequest > 1 ? '/messages/batch' : '/messages';
    this.options = { method: 'POST', path, headers, body: this.body };
  }

  post(first: number): void {
    const { run } = this.messages;
    for (const [index, bytes] of this.marked.entries()) writeMark(bytes, { run, sequence: first + index });
    this.pool.dispatch(this.options, this);
  }

  onConnect(): void {}

  onHeaders(status: number): boolean {
    this.status = status;
    return true;
  }

  onData(): boolean {
    return true;
  }

  onComplete(): void {
    this.onDone(this, this.status === ACCEPTED ? undefined : new Error(`the service answered ${this.status}`));
  }

  onError(error: Error): void {
    this.onDone(this, error);
  }
}

async function flood(messages: HttpMessages): Promise<number> {
  const { origin, connections, count, perRequest } = messages;
  const pool = new Pool(origin, { connections });
  const startedAt = nowMs();
  let next = 0;
  let open = 0;
  await new Promise<void>((resolve, reject) => {
    const go = (slot: Slot) => {
      if (next >= count) return;
      open++;
      slot.post(next);
      next += perRequest;
    };
    const done = (slot: Slot, error?: Error) => {
      open--;
      if (error) return reject(error);
      go(slot);
      if (open === 0) resolve();
    };
    for (let slot = 0; slot < connections; slot++) go(new Slot(pool, messages, done));
  });
  await pool.close();
  return startedAt;
}

async function paced(messages: HttpMessages & { readonly perSecond: number }): Promise<number> {
  const pool = new Pool(messages.origin, { connections: messages.connections });
  const idle: Slot[] = [];
  let failure: Error | undefined;
  const done = (slot: Slot, error?: Error) => {
    failure ??= error;
    idle.push(slot);
  };
  const startAt = await pace(messages.perSecond, messages.count, (sequence) =>
    (idle.pop() ?? new Slot(pool, messages, done)).post(sequence),
  );
  await pool.close();
  if (failure) throw failure;
  return startAt;
}

const commands: HttpPublisherCommands = { flood, pace: paced };
serveCommands(commands);
