import { findFreePort } from '../../internal/local/free-port.js';
import { type NatsServer, startNatsServer } from '../../internal/local/nats-server.js';

export interface BrokerOptions {
  readonly jetstream?: boolean;
  readonly args?: readonly string[];
  /** The path of a nats-server other than the one in PATH. */
  readonly binary?: string;
}

/** The nats-server of one scenario, always on the same port. */
export interface Broker {
  readonly port: number;
  readonly url: string;
  kill(): Promise<void>;
  halt(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  start(options?: BrokerOptions): Promise<void>;
}

export async function openBroker(storeDir: string, jetstream: boolean): Promise<Broker> {
  const port = await findFreePort();
  let server: NatsServer | undefined;
  const broker: Broker = {
    port,
    url: `nats://127.0.0.1:${port}`,
    kill: async () => server?.kill(),
    halt: async () => server?.stop(),
    signal(name) {
      if (server) process.kill(server.pid, name);
    },
    async start(options = {}) {
      server = await startNatsServer({ jetstream, storeDir, port, ...options });
    },
  };
  await broker.start();
  return broker;
}
