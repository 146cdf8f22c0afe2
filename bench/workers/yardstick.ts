import { createHmac } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import { envelope } from '../../internal/domain/message/envelope.js';
import { blankPayload, writeMark } from '../mark.js';
import { nowMs } from '../now.js';
import { makeFace } from './conduct.js';
import { makeHttpServer } from './http-server.js';
import { listenOn } from './listen-on.js';
import { pace } from './pace.js';
import { serveCommands } from './serve-commands.js';

export interface Posts {
  readonly origin: string;
  readonly subject: string;
  readonly run: number;
  readonly count: number;
  readonly bytes: number;
  readonly inFlight: number;
  /** Sign each body with HMAC-SHA256, as the Standard Webhooks scheme requires. */
  readonly signed: boolean;
}

export type YardstickCommands = {
  /** Sends at full speed. Returns the time of the start. */
  flood(posts: Posts): Promise<number>;
  pace(posts: Posts & { readonly perSecond: number }): Promise<number>;
  /** Sends the flood to a receiver on node:http in this same process. Returns the duration in milliseconds. */
  floodItself(posts: Omit<Posts, 'origin'>): Promise<number>;
};

const HEADERS = ['content-type', 'application/json'];
const SECRET = Buffer.alloc(32, 7);

/** Sends one POST after another from a reused buffer: nothing is left to optimise except the client. */
class Slot implements Dispatcher.DispatchHandler {
  private readonly options: Dispatcher.DispatchOptions;
  private readonly body: Buffer;

  constructor(
    private readonly pool: Pool,
    private readonly posts: Posts,
    private readonly onDone: (slot: Slot, error?: Error) => void,
  ) {
    this.body = bodyOf(posts);
    this.options = { method: 'POST', path: '/hook', headers: HEADERS, body: this.body };
  }

  post(run: number, sequence: number): void {
    writeMark(this.body, { run, sequence });
    this.pool.dispatch(this.posts.signed ? this.sign(run, sequence) : this.options, this);
  }

  private sign(run: number, sequence: number): Dispatcher.DispatchOptions {
    const id = `${run}-${sequence}`;
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', SECRET).update(`${id}.${at}.`).update(this.body).digest('base64');
    const headers = [...HEADERS, 'webhook-id', id, 'webhook-timestamp', at, 'webhook-signature', `v1,${signature}`];
    return { ...this.options, headers };
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
      new Slot(pool, posts, done).post(posts.run, next++);
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
    const slot = idle.pop() ?? new Slot(pool, posts, done);
    slot.post(posts.run, sequence);
  });
  await pool.close();
  if (failure) throw failure;
  return startAt;
}

async function floodItself(posts: Omit<Posts, 'origin'>): Promise<number> {
  let arrived = 0;
  let lastAt = 0;
  const server = makeHttpServer(makeFace({ kind: 'well' }), () => {
    arrived++;
    lastAt = nowMs();
  });
  const port = await listenOn(server);
  const startedAt = await flood({ ...posts, origin: `http://127.0.0.1:${port}` });
  server.close();
  if (arrived !== posts.count) throw new Error(`${arrived} of ${posts.count} requests arrived`);
  return lastAt - startedAt;
}

const commands: YardstickCommands = { flood, pace: paced, floodItself };
serveCommands(commands);
