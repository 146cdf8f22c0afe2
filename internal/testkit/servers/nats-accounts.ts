import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeys } from 'nats';
import { readCreds } from '../../intake/accounts/creds.js';
import type { NatsServer } from '../../local/nats-server.js';
import { startTestNats } from './test-nats.js';

type Pair = ReturnType<typeof nkeys.createAccount>;

const UNLIMITED = { subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1, wildcards: true };
const STORED = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
const HEAD = { typ: 'JWT', alg: 'ed25519-nkey' };

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT of NATS, as `nsc` makes it. */
function signed(issuer: Pair, subject: Pair, name: string, nats: object): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { jti: name, iat, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name, nats };
  const text = `${encode(HEAD)}.${encode(claims)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}

/** A nats-server in operator mode, its accounts by name, and a directory for creds files. */
export class NatsAccounts {
  private readonly operator = nkeys.createOperator();
  private readonly accounts = new Map<string, Pair>();
  private readonly connections: NatsConnection[] = [];

  private constructor(
    /** The directory of `NATS_ACCOUNTS_DIR`. */
    readonly directory: string,
    private readonly settings: string,
    private readonly jetstream: boolean,
    private server: NatsServer | undefined = undefined,
  ) {}

  static async start(names: readonly string[], { jetstream = false } = {}): Promise<NatsAccounts> {
    const directory = await mkdtemp(join(tmpdir(), 'hukz-accounts-'));
    const settings = await mkdtemp(join(tmpdir(), 'hukz-operator-'));
    const made = new NatsAccounts(directory, settings, jetstream);
    for (const name of ['system', 'main', 'bare', ...names]) made.accounts.set(name, nkeys.createAccount());
    await made.serve();
    return made;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  /** Starts the server, or starts it again at the same port. */
  async serve(): Promise<void> {
    const path = join(this.settings, 'nats.conf');
    await writeFile(path, this.config());
    const storeDir = join(this.settings, 'streams');
    const port = this.server?.port;
    this.server = await startTestNats({
      jetstream: this.jetstream,
      args: ['-c', path],
      ...(this.jetstream && { storeDir }),
      ...(port && { port }),
    });
  }

  async stopServer(): Promise<void> {
    await this.server?.stop();
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
    await this.server?.stop();
    await Promise.all([this.directory, this.settings].map((folder) => rm(folder, { recursive: true })));
  }

  /** Credentials of a new user of an account. */
  creds(account: string, permissions: object = {}): string {
    const user = nkeys.createUser();
    const limits = { subs: -1, data: -1, payload: -1 };
    const jwt = signed(this.pair(account), user, 'user', { ...permissions, ...limits, type: 'user', version: 2 });
    const seed = new TextDecoder().decode(user.getSeed());
    return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  }

  /** Puts a file into the directory in one step, as a careful operator does. */
  async put(file: string, text: string): Promise<void> {
    const beside = join(this.settings, 'beside');
    await writeFile(beside, text);
    await rename(beside, join(this.directory, file));
  }

  remove(file: string): Promise<void> {
    return rm(join(this.directory, file));
  }

  /** A file outside the directory. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.settings, name);
    await writeFile(path, text);
    return path;
  }

  /** Connects as a publisher of an account. */
  async connect(account: string): Promise<NatsConnection> {
    const { authenticator } = readCreds(Buffer.from(this.creds(account)));
    const connection = await connect({
      servers: this.url,
      authenticator,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
    });
    this.connections.push(connection);
    return connection;
  }

  private pair(name: string): Pair {
    const pair = this.accounts.get(name);
    if (!pair) throw new Error(`the server has no account "${name}"`);
    return pair;
  }

  private config(): string {
    const { operator } = this;
    const claims = { type: 'operator', version: 2 };
    const preload = [...this.accounts].map(([name, pair]) => {
      // The account "bare" has no JetStream.
      const stored = this.jetstream && name !== 'system' && name !== 'bare' ? STORED : {};
      const limits = { ...UNLIMITED, ...stored };
      return `${pair.getPublicKey()}: ${signed(operator, pair, name, { limits, type: 'account', version: 2 })}`;
    });
    return [
      // Signing by the client of NATS takes seconds on a slow machine.
      'authorization { timeout: 60 }',
      `operator: ${signed(operator, operator, 'operator', claims)}`,
      `system_account: ${this.pair('system').getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${preload.join(', ')} }`,
    ].join('\n');
  }
}
