import type { Client } from 'pg';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { makeSessions } from './session.js';

export interface Listener {
  stop(): Promise<void>;
}

const RECONNECT_MS = 1000;

/**
 * Calls back for each notification on a channel, and once after each connection, because notifications in between were
 * missed. Reconnects without a limit.
 */
export function listen(connection: Connection, channel: string, logger: Logger, notified: () => void): Listener {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const { Client: Session } = makeSessions({ ...connection, query_timeout: 10_000 }, () => undefined);

  const connect = async () => {
    const fresh = new Session();
    client = fresh;
    fresh.on('notification', notified);
    fresh.on('error', (error) => logger.warn('database.listener_lost', { channel, error: error.message }));
    fresh.on('end', () => retry(fresh));
    try {
      await fresh.connect();
      await fresh.query(`listen ${fresh.escapeIdentifier(channel)}`);
      notified();
    } catch (error) {
      logger.debug('database.listener_failed', { channel, error: messageOf(error) });
      await fresh.end().catch(() => undefined);
      retry(fresh);
    }
  };

  const retry = (lost: Client) => {
    if (stopped || client !== lost) return;
    client = undefined;
    timer = setTimeout(() => void connect(), RECONNECT_MS);
  };

  // A read-only server would keep the session and send no notifications.
  const unfollow = connection.moves?.follow(() => void client?.end().catch(() => undefined));
  void connect();
  return {
    async stop() {
      stopped = true;
      unfollow?.();
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
