import { connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** The number of connections ever accepted. */
  readonly taken: number;
  /** Ends all faults: held bytes continue, and new connections are accepted. Broken connections remain broken. */
  pass(): void;
  /** Delays every byte by this time. */
  delay(ms: number): void;
  /** Resets all connections. */
  cut(): void;
  /** Resets all connections, and every new one. */
  refuse(): void;
  /** Holds all bytes to the server until `pass` is called. */
  park(): void;
  /** Holds all bytes from the server until `pass` is called: the server acts, and its client does not learn of it. */
  holdReplies(): void;
  /** Makes the open connections half-open: they carry no bytes and are never closed. New connections are accepted. */
  abandon(): void;
  /** Drops all bytes and refuses nothing: new connections are accepted and get no response. */
  blackHole(): void;
  /** New connections go to that port from now on; existing connections remain unchanged. */
  lead(serverPort: number): void;
  /** Drops the next response of the server on each open connection, and then closes the connection. */
  swallowReplies(): void;
  stop(): Promise<void>;
}

type Fate = 'alive' | 'lost' | 'reply lost';

/** The time from a swallowed response to the end of its connection. */
const CUT_AFTER_MS = 20;

/** A connection between an instance and one of its servers, on 127.0.0.1, that can be degraded. */
export async function startWire(firstPort: number): Promise<Wire> {
  let serverPort = firstPort;
  const links = new Set<Link>();
  const weather = { refusing: false, vanishing: false, holding: false, silent: false, delayMs: 0 };
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
      Object.assign(weather, { refusing: false, vanishing: false, holding: false, silent: false, delayMs: 0 });
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
    park() {
      weather.holding = true;
    },
    holdReplies() {
      weather.silent = true;
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
  /** Bytes to the server are held. */
  readonly holding: boolean;
  /** Bytes from the server are held. */
  readonly silent: boolean;
  readonly delayMs: number;
}

class Link {
  fate: Fate = 'alive';
  private readonly held: Buffer[] = [];
  private readonly heldReplies: Buffer[] = [];

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly weather: Weather,
  ) {
    client.on('data', (bytes) => this.toServer(bytes));
    server.on('data', (bytes) => this.toClient(bytes));
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.once('close', () => server.destroy());
    // A lost connection reports nothing to the client, even if the server has closed it.
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
    for (const bytes of this.heldReplies.splice(0)) this.client.write(bytes);
  }

  private toServer(bytes: Buffer): void {
    if (this.fate === 'lost') return;
    if (this.weather.holding) this.held.push(bytes);
    else this.forward(this.client, this.server, bytes);
  }

  private toClient(bytes: Buffer): void {
    if (this.fate === 'alive' && this.weather.silent) this.heldReplies.push(bytes);
    else if (this.fate === 'alive') this.forward(this.server, this.client, bytes);
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
