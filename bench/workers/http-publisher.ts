import { createConnection, type Socket } from 'node:net';
import { blankPayload, writeMark } from '../mark.js';
import { nowMs } from '../now.js';
import { HttpReader } from './http-reader.js';
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
  /** The maximum number of messages that are published and have not arrived yet. Undefined means no limit. */
  readonly window?: number | undefined;
}

export type HttpPublisherCommands = {
  /** Publishes as fast as the service answers, one request per connection at a time. Returns the time of the start. */
  flood(messages: HttpMessages): Promise<number>;
  /** Returns the intended time of the first message. */
  pace(messages: HttpMessages & { readonly perSecond: number }): Promise<number>;
  /** Reports how many messages of this run have arrived. */
  progress(arrived: number): void;
};

const ACCEPTED = Buffer.from('HTTP/1.1 202 ');

/**
 * A connection that sends one request after another from a reused buffer. It is a bare socket, so that the publisher
 * takes little CPU from the service.
 */
class Connection {
  private readonly socket: Socket;
  private readonly request: Buffer;
  /** The places in the request where its messages begin. */
  private readonly marked: readonly Buffer[];

  constructor(
    private readonly messages: HttpMessages,
    onAnswer: (connection: Connection, error?: Error) => void,
  ) {
    const { origin, perRequest } = messages;
    const { hostname, port } = new URL(origin);
    const { head, line } = requestOf(messages);
    this.request = Buffer.concat([head, ...Array<Buffer>(perRequest).fill(line)]);
    this.marked = Array.from({ length: perRequest }, (_, n) => this.request.subarray(head.length + n * line.length));
    const reader = new HttpReader((bytes) => {
      const isAccepted = bytes.subarray(0, ACCEPTED.length).equals(ACCEPTED);
      onAnswer(this, isAccepted ? undefined : new Error(`the service answered ${bytes.toString('latin1', 0, 400)}`));
    });
    this.socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
      .on('data', (chunk: Buffer) => reader.push(chunk))
      .on('error', (error) => onAnswer(this, error))
      .on('end', () => onAnswer(this, new Error('the service closed a connection of the publisher')));
  }

  post(first: number): void {
    const { run } = this.messages;
    for (const [index, bytes] of this.marked.entries()) writeMark(bytes, { run, sequence: first + index });
    this.socket.write(this.request);
  }

  close(): void {
    this.socket.destroy();
  }
}

function requestOf({ origin, subject, bytes, perRequest }: HttpMessages) {
  const line = Buffer.from(`{"event":"${subject}","payload":${blankPayload(bytes)}}\n`);
  const lines = [
    `POST ${perRequest > 1 ? '/messages/batch' : '/messages'} HTTP/1.1`,
    `host: ${new URL(origin).host}`,
    'x-user: 1',
    `content-type: ${perRequest > 1 ? 'application/x-ndjson' : 'application/json'}`,
    `content-length: ${line.length * perRequest}`,
  ];
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), line };
}

/** Publishes one request per connection at a time. */
class Publisher {
  private readonly queue: number[] = [];
  private readonly open: readonly Connection[];
  private readonly idle: Connection[] = [];
  private readonly answered: Promise<void>;
  private sent = 0;
  private arrived = 0;

  constructor(private readonly messages: HttpMessages) {
    const { count, perRequest, connections } = messages;
    let unanswered = Math.ceil(count / perRequest);
    const open: Connection[] = [];
    this.answered = new Promise((resolve, reject) => {
      const onAnswer = (connection: Connection, error?: Error) => {
        if (error) return reject(error);
        this.idle.push(connection);
        this.serve();
        if (--unanswered === 0) resolve();
      };
      for (let n = 0; n < connections; n++) open.push(new Connection(messages, onAnswer));
    });
    // It is awaited only when everything is sent.
    this.answered.catch(() => undefined);
    this.open = open;
    this.idle.push(...open);
  }

  /** Publishes a request, of which this is the first message, as soon as a connection and the window have room. */
  send(first: number): void {
    this.queue.push(first);
    this.serve();
  }

  progress(arrived: number): void {
    this.arrived = arrived;
    this.serve();
  }

  /** Rejects if a message is refused. */
  async end(): Promise<void> {
    await this.answered.finally(() => {
      for (const connection of this.open) connection.close();
    });
  }

  private serve(): void {
    const { perRequest, window = Number.POSITIVE_INFINITY } = this.messages;
    for (let first = this.queue[this.sent]; first !== undefined; first = this.queue[++this.sent]) {
      if (this.idle.length === 0 || first + perRequest > this.arrived + window) return;
      this.idle.pop()?.post(first);
    }
  }
}

function makeCommands(): HttpPublisherCommands {
  let publisher: Publisher | undefined;
  return {
    async flood(messages) {
      const { count, perRequest } = messages;
      publisher = new Publisher(messages);
      const startedAt = nowMs();
      for (let first = 0; first < count; first += perRequest) publisher.send(first);
      await publisher.end();
      return startedAt;
    },
    async pace(messages) {
      const { perSecond, count } = messages;
      const paced = new Publisher(messages);
      const startAt = await pace(perSecond, count, (sequence) => paced.send(sequence));
      await paced.end();
      return startAt;
    },
    progress: (arrived) => publisher?.progress(arrived),
  };
}

serveCommands(makeCommands());
