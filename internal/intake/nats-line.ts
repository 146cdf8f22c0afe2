import { Events, type NatsConnection, type Status } from 'nats';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';

export interface NatsLineDeps {
  readonly connection: NatsConnection;
  readonly logger: Logger;
  /** The connection is interrupted, is back, has closed, or its server is about to close it. */
  onChange(): void;
  /** The server refuses a message for want of a permission, some time after it was published. */
  onPublishRefused(subject: string): void;
}

/**
 * One connection of the client, and whether the server has confirmed its subscriptions. An interruption revokes the
 * confirmation: the client subscribes again on its own, but reports that it is back before the server has read the
 * subscriptions.
 */
export class NatsLine {
  private interruptions = 0;
  private up = true;
  private confirmed = false;
  private subscribed = false;
  private leaving = false;
  private logged: string | undefined;

  constructor(private readonly deps: NatsLineDeps) {
    const { connection, logger, onChange } = deps;
    void this.watch();
    void connection.closed().then((error) => {
      this.interrupt();
      if (error) logger.error('nats.closed', { error: error.message });
      onChange();
    });
  }

  get connection(): NatsConnection {
    return this.deps.connection;
  }

  /** The reason why no messages are received by this connection now. */
  problem(): string | undefined {
    if (this.connection.isClosed()) return 'the connection to NATS is closed';
    if (!this.up) return 'disconnected from NATS';
    return this.confirmed ? undefined : 'NATS has not yet confirmed the subscriptions of this connection';
  }

  /** Whether subscriptions need a confirmation and the server could give it. */
  get isUnconfirmed(): boolean {
    return this.up && !this.confirmed;
  }

  /** Whether the server has announced that it will close the connection soon (lame duck mode). */
  get isLeaving(): boolean {
    return this.leaving;
  }

  /**
   * Makes the server confirm the subscriptions: `first` for a fresh connection, `again` for one that was interrupted.
   */
  async confirm(first: () => Promise<void>, again: () => Promise<void> | void): Promise<void> {
    const { interruptions } = this;
    await (this.subscribed ? again() : first());
    this.subscribed = true;
    if (this.interruptions === interruptions) this.confirmed = true;
  }

  /**
   * Closes the connection once its published messages are sent. Draining would wait for a server that may be away, but
   * closing does not.
   */
  async end(): Promise<void> {
    const { connection } = this;
    if (connection.isClosed()) return;
    await (this.up ? connection.drain() : connection.close()).catch(() => connection.close());
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      try {
        this.follow(status);
      } catch (error) {
        this.deps.logger.error('nats.failed', { error: messageOf(error) });
      }
    }
  }

  private follow({ type, data, permissionContext }: Status): void {
    const { logger, onChange, onPublishRefused } = this.deps;
    if (type === Events.Error) this.logOnce(String(data));
    if (permissionContext?.operation === 'publish') onPublishRefused(permissionContext.subject);
    if (type === Events.Disconnect) {
      this.interrupt();
      logger.warn('nats.disconnected', { server: data });
      onChange();
    }
    if (type === Events.LDM && !this.leaving) {
      this.leaving = true;
      logger.warn('nats.server_leaving', { server: data });
      onChange();
    }
    if (type === Events.Reconnect) {
      this.up = true;
      logger.info('nats.reconnected', { server: data });
      onChange();
    }
  }

  /** A server that refuses thousands of subscriptions reports it thousands of times. */
  private logOnce(error: string): void {
    if (error === this.logged) return;
    this.logged = error;
    this.deps.logger.warn('nats.error', { error });
  }

  private interrupt(): void {
    this.logged = undefined;
    this.interruptions++;
    this.up = false;
    this.leaving = false;
    this.confirmed = false;
  }
}
