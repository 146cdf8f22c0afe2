import { Client } from 'undici';
import { AnswerGate } from '../http/answer-gate.js';
import type { AnswerHead } from '../http/answer-head.js';
import type { OpenSocket, OriginConnector } from './connector.js';
import { codeOf, describeError, type Stage } from './describe-error.js';
import type { Fault } from './fault-table.js';
import { alertFault, explainByCertificate } from './tls/client-certificate.js';

/** A client of undici, which is one connection with at most one request at a time, and the state of its answer. */
export class Connection {
  readonly client: Client;
  private opened: OpenSocket | undefined;
  private gate: AnswerGate | undefined;
  private requests = 0;
  /**
   * A TLS alert arrives before the end of the connection, and explains the failure better than undici's error for that
   * end.
   */
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

  /** Whether a socket was ever opened for this connection. */
  get wasOpen(): boolean {
    return this.gate !== undefined;
  }

  get hasAnswer(): boolean {
    return this.gate?.hasAnswer ?? false;
  }

  private get isInHead(): boolean {
    return this.gate?.isInHead ?? false;
  }

  /** Called before a request is written. Returns whether the request is the first one on this socket. */
  begin(): boolean {
    this.gate?.begin();
    this.requests += 1;
    return this.requests === 1;
  }

  /** Called when undici has read the head of the answer. */
  accepted(): void {
    this.gate?.accepted();
  }

  salvage(): { readonly head: AnswerHead; readonly body: Uint8Array } | undefined {
    return this.gate?.salvage();
  }

  /** Returns whether the failed request was the first one on a resumed TLS session. The session is then discarded. */
  refuseSession(): boolean {
    if (this.requests !== 1 || !this.opened?.refuseSession) return false;
    this.opened.refuseSession();
    return true;
  }

  /** Explains an error that ended the connection. */
  describe(error: Error, stage: Stage): Fault {
    const fault = describeError(this.alert ?? error, stage === 'sent' && this.isInHead ? 'answering' : stage);
    if (stage !== 'sent' || !this.opened) return fault;
    const { certificate } = this.opened;
    return (this.alert && alertFault(codeOf(this.alert), certificate)) ?? explainByCertificate(fault, certificate);
  }

  /**
   * Called for each socket, because undici opens another one when a socket has closed before a waiting request was
   * written.
   */
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
