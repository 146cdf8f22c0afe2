import { type Dispatcher, Pool } from 'undici';
import { envelope } from '../../internal/domain/envelope.js';
import { blankPayload, writeMark } from '../mark.js';
import { nowMs } from '../now.js';
import { pace } from './pace.js';
import { serveCommands } from './serve-commands.js';

export interface Posts {
  readonly origin: string;
  readonly subject: string;
  readonly run: number;
  readonly count: number;
  readonly bytes: number;
  readonly inFlight: number;
}

export type YardstickCommands = {
  /** As fast as it goes. Answers when it began. */
  flood(posts: Posts): Promise<number>;
  pace(posts: Posts & { readonly perSecond: number }): Promise<number>;
};

const HEADERS = ['content-type', 'application/json'];

/** One POST after another on one body of its own: nothing is left to save but the client itself. */
class Slot implements Dispatcher.DispatchHandler {
  private readonly options: Dispatcher.DispatchOptions;

  constructor(
    private readonly pool: Pool,
    private readonly body: Buffer,
    private readonly onDone: (slot: Slot, error?: Error) => void,
  ) {
    this.options = { method: 'POST', path: '/hook', headers: HEADERS, body };
  }

  post(run: number, sequence: number): void {
    writeMark(this.body, { run, sequence });
    this.pool.dispatch(this.options, this);
  }

  onConnect(): void {}

  onHeaders(): boolean {
    return true;
  }

  onData(): boolean {
    return true;
  }

  onComplete(): void {
    this.onDone(this);
  }

  onError(error: Error): void {
    this.onDone(this, error);
  }
}

const bodyOf = ({ subject, bytes }: Posts) => Buffer.from(envelope(subject, Date.now(), blankPayload(bytes)).body);

async function flood(posts: Posts): Promise<number> {
  const pool = new Pool(posts.origin, { connections: posts.inFlight });
  const startedAt = nowMs();
  let next = 0;
  let open = posts.count;
  await new Promise<void>((resolve, reject) => {
    const done = (slot: Slot, error?: Error) => {
      if (error) reject(error);
      open--;
      if (next < posts.count) slot.post(posts.run, next++);
      else if (open === 0) resolve();
    };
    for (let slot = 0; slot < posts.inFlight && next < posts.count; slot++)
      new Slot(pool, bodyOf(posts), done).post(posts.run, next++);
  });
  await pool.close();
  return startedAt;
}

async function paced(posts: Posts & { readonly perSecond: number }): Promise<number> {
  const pool = new Pool(posts.origin, { connections: posts.inFlight });
  const idle: Slot[] = [];
  let failure: Error | undefined;
  const done = (slot: Slot, error?: Error) => {
    failure ??= error;
    idle.push(slot);
  };
  const startAt = await pace(posts.perSecond, posts.count, (sequence) => {
    const slot = idle.pop() ?? new Slot(pool, bodyOf(posts), done);
    slot.post(posts.run, sequence);
  });
  await pool.close();
  if (failure) throw failure;
  return startAt;
}

const commands: YardstickCommands = { flood, pace: paced };
serveCommands(commands);
