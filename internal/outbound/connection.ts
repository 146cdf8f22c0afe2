import type { Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';
import { AnswerGate } from './answer-gate.js';
import type { AnswerHead } from './answer-head.js';

/** A client of undici's, which is one connection at a time and at most one request on it, and what has come on it. */
export class Connection {
  readonly client: Client;
  private gate: AnswerGate | undefined;
  private requests = 0;

  constructor(origin: string, settings: Client.Options, connect: buildConnector.connector) {
    this.client = new Client(origin, {
      ...settings,
      connect: (to, callback) =>
        connect(to, (...[error, socket]) => {
          if (socket) this.attach(socket);
          callback(...([error, socket] as Parameters<buildConnector.Callback>));
        }),
    });
  }

  /** Whether a socket was ever opened for it. */
  get wasOpen(): boolean {
    return this.gate !== undefined;
  }

  get hasAnswer(): boolean {
    return this.gate?.hasAnswer ?? false;
  }

  get isInHead(): boolean {
    return this.gate?.isInHead ?? false;
  }

  /** A request is about to be written. Answers whether it is the first one on this socket. */
  begin(): boolean {
    this.gate?.begin();
    this.requests += 1;
    return this.requests === 1;
  }

  /** undici has read the head of its answer. */
  accepted(): void {
    this.gate?.accepted();
  }

  salvage(): { readonly head: AnswerHead; readonly body: Uint8Array } | undefined {
    return this.gate?.salvage();
  }

  /** undici opens another socket when one has died before a waiting request was written. */
  private attach(socket: Socket): void {
    this.gate = new AnswerGate(socket);
    this.requests = 0;
  }
}
