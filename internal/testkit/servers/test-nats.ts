import { type NatsServer, type NatsServerOptions, startNatsServer } from '../../local/nats-server.js';

/** Starts a nats-server for the caller alone on a free port. Give `port` and `storeDir` to start the same one again. */
export function startTestNats(options: Partial<NatsServerOptions> = {}): Promise<NatsServer> {
  return startNatsServer({ jetstream: false, ...options });
}
