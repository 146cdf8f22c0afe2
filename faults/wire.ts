import { connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** Connections that were ever taken. */
  readonly taken: number;
  /** Good weather: what was held goes on, new connections are taken. Those that are broken stay so. */
  pass(): void;
  /** Every byte comes so much later. */
  delay(ms: number): void;
  /** Resets all connections. */
  cut(): void;
  /** Resets all connections, and every new one. */
  refuse(): void;
  /** Bytes to the server wait, and come when it passes again. */
  hold(): void;
  /** Half-open: what is open now is never heard of again, and never closed. New connections are taken. */
  abandon(): void;
  /** Nothing comes through, and nothing is refused; new connections are taken and hear nothing. */
  blackHole(): void;
  /** New connections go to that port from now on; those that exist stay where they are. */
  lead(serverPort: number): void;
  /** The next answer of the server is dropped, and its connection with it, on each that is open now. */
  swallowReplies(): void;
  stop(): Promise<void>;
}

type Fate = 'alive' | 'lost' | 'reply lost';

/** How long after a swallowed reply its connection ends. */
const CUT_AFTER_MS = 20;

/** A wire between an instance and a server of its, which can be made worse. On 127.0.0.1. */
export async function startWire(firstPort: number): Promise<Wire> {
  let serverPort = firstPort;
  const links = new Set<Link>();
  const weather = { refusing: false, vanishing: false, holding: false, delayMs: 0 };
  let taken = 0;
  const server = createServer({ noDelay: true }, (client) => {
    taken++;
    if (weather.refusing) {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ port: serverPort, host: '127.0.0.1', noDelay: true }), weather);
    if (weather.vanishing) link.fate = 'lost';
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const link of links) link.cut();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get taken() {
      return taken;
    },
    pass() {
      Object.assign(weather, { refusing: false, vanishing: false, holding: false, delayMs: 0 });
      for (const link of links) link.release();
    },
    delay(ms) {
      weather.delayMs = ms;
    },
    cut,
    refuse() {
      weather.refusing = true;
      cut();
    },
    hold() {
      weather.holding = true;
    },
    abandon() {
      for (const link of links) link.fate = 'lost';
    },
    blackHole() {
      weather.vanishing = true;
      for (const link of links) link.fate = 'lost';
    },
    lead(port) {
      serverPort = port;
    },
    swallowReplies() {
      for (const link of links) if (link.fate === 'alive') link.fate = 'reply lost';
    },
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Weather {
  readonly holding: boolean;
  readonly delayMs: number;
}

class Link {
  fate: Fate = 'alive';
  private readonly held: Buffer[] = [];

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly weather: Weather,
  ) {
    client.on('data', (bytes) => this.toServer(bytes));
    server.on('data', (bytes) => this.toClient(bytes));
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.once('close', () => server.destroy());
    // A lost connection is not heard of, also when the server has closed it.
    server.once('close', () => {
      if (this.fate !== 'lost') client.destroy();
    });
  }

  cut(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  release(): void {
    for (const bytes of this.held.splice(0)) this.server.write(bytes);
  }

  private toServer(bytes: Buffer): void {
    if (this.fate === 'lost') return;
    if (this.weather.holding) this.held.push(bytes);
    else this.forward(this.client, this.server, bytes);
  }

  private toClient(bytes: Buffer): void {
    if (this.fate === 'alive') this.forward(this.server, this.client, bytes);
    else if (this.fate === 'reply lost') setTimeout(() => this.cut(), CUT_AFTER_MS);
  }

  private forward(from: Socket, to: Socket, bytes: Buffer): void {
    if (this.weather.delayMs > 0) {
      setTimeout(() => to.write(bytes), this.weather.delayMs);
      return;
    }
    if (to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  }
}
