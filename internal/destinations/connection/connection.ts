import { Client } from 'undici';
import { AnswerGate } from '../http/answer-gate.js';
import type { AnswerHead } from '../http/answer-head.js';
import type { OpenSocket, OriginConnector } from './connector.js';
import { codeOf, describeError, type Stage } from './describe-error.js';
import type { Fault } from './fault-table.js';
import { alertFault, explainByCertificate } from './tls/client-certificate.js';

/** A client of undici's, which is one connection at a time and at most one request on it, and what has come on it. */
export class Connection {
  readonly client: Client;
  private opened: OpenSocket | undefined;
  private gate: AnswerGate | undefined;
  private requests = 0;
  /** An alert of TLS comes before the end of the connection, by which undici then explains the failure. */
  private alert: Error | undefined;

  constructor(origin: string, settings: Client.Options, connector: OriginConnector) {
    this.client = new Client(origin, {
      ...settings,
      connect: (to, callback) =>
        connector.connect(to, (error, opened) => {
          if (!opened) {
            callback(error ?? new Error('no socket'), null);
            return;
          }
          this.attach(opened);
          callback(null, opened.socket);
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

  private get isInHead(): boolean {
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

  /** Whether the request that failed was the first one on a TLS session that went on: then the session is given up. */
  refuseSession(): boolean {
    if (this.requests !== 1 || !this.opened?.refuseSession) return false;
    this.opened.refuseSession();
    return true;
  }

  /** What an error means that ended it. */
  describe(error: Error, stage: Stage): Fault {
    const fault = describeError(this.alert ?? error, stage === 'sent' && this.isInHead ? 'answering' : stage);
    if (stage !== 'sent' || !this.opened) return fault;
    const { certificate } = this.opened;
    return (this.alert && alertFault(codeOf(this.alert), certificate)) ?? explainByCertificate(fault, certificate);
  }

  /** undici opens another socket when one has died before a waiting request was written. */
  private attach(opened: OpenSocket): void {
    this.opened = opened;
    this.gate = new AnswerGate(opened.socket);
    this.requests = 0;
    this.alert = undefined;
    opened.socket.on('error', (error) => {
      if (codeOf(error).startsWith('ERR_SSL_')) this.alert ??= error;
    });
  }
}
