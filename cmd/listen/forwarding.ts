import { type Exchange, type Forwardable, ForwardQueue } from './forward-queue.js';
import type { Forwarder } from './forwarder.js';
import { exchangeDetails } from './show-exchange.js';

export interface ForwardingOptions {
  readonly to: URL;
  readonly concurrency: number;
  readonly forwarder: Pick<Forwarder, 'forward'>;
  /** Called for each request that has ended. */
  onExchange(exchange: Exchange): void;
  /** Writes a sentence about the forwarding, apart from the requests. */
  say(sentence: string): void;
}

/** The messages of one `hukz listen`: forwards them, and remembers the last request for the keys. */
export class Forwarding {
  private readonly queue: ForwardQueue;
  private last: Exchange | undefined;
  private leftOut = 0;
  private isAway = false;

  constructor(private readonly options: ForwardingOptions) {
    const { concurrency, forwarder } = options;
    const onExchange = (exchange: Exchange) => this.ended(exchange);
    this.queue = new ForwardQueue({ concurrency, forward: forwarder.forward, onExchange });
  }

  /** Returns false if the message was left out, because too many are waiting. */
  accept(job: Forwardable, attempt = 1): boolean {
    if (this.queue.push(job, attempt)) return true;
    if (this.leftOut++ === 0)
      this.options.say(
        `${this.options.to.host} is slower than the messages: further ones are left out until it catches up`,
      );
    return false;
  }

  /** Sends the last request again, with a new time and signature. */
  resendLast(): void {
    if (!this.last) this.options.say('there is no request yet');
    else if (!this.queue.push(this.last.job, this.last.attempt + 1)) this.options.say('too many messages are waiting');
  }

  /** Returns the last request and its answer in full. */
  showLast(): Buffer {
    return this.last ? exchangeDetails(this.last) : Buffer.from('there is no request yet\n');
  }

  stop(): Promise<void> {
    return this.queue.stop();
  }

  private ended(exchange: Exchange): void {
    this.last = exchange;
    this.options.onExchange(exchange);
    this.reportAbsence(exchange);
    if (this.leftOut > 0 && this.queue.hasRoom) {
      this.options.say(`${this.leftOut} messages were left out`);
      this.leftOut = 0;
    }
  }

  /** An application that is not running is reported once, until it answers. */
  private reportAbsence({ answer }: Exchange): void {
    const isAway = answer.kind === 'failed' && answer.reason === 'connect';
    if (isAway && !this.isAway)
      this.options.say(
        `nothing answers at ${this.options.to.origin}: start your application; press r to send the last request again`,
      );
    this.isAway = isAway;
  }
}
