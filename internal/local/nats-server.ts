import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../logger.js';
import { startChild } from './child.js';
import { LocalServerError } from './local-server-error.js';
import { endOrphan, rememberPid } from './orphan.js';

const run = promisify(execFile);

export interface NatsServerOptions {
  readonly jetstream: boolean;
  /** Default: a free port. */
  readonly port?: number;
  /** The directory in which JetStream keeps its streams. Default: a temporary directory that `stop()` removes. */
  readonly storeDir?: string;
  readonly binary?: string;
  /** Further arguments for the program, for example `-c` with a configuration file. */
  readonly args?: readonly string[];
  readonly logger?: Logger;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, for any reason. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
  /** Ends the server as a power cut would. Its store directory remains. */
  kill(): Promise<void>;
}

const LISTENING = /Listening for client connections on 127\.0\.0\.1:(\d+)/;

/** Runs nats-server on 127.0.0.1 and resolves when it accepts connections. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const command = options.binary ?? (await findNatsServer());
  if (!command)
    throw new LocalServerError('nats-server was not found in PATH; see https://docs.nats.io/running-a-nats-service');
  const temporary = options.storeDir === undefined && options.jetstream;
  const storeDir = temporary ? await mkdtemp(join(tmpdir(), 'hukz-nats-')) : options.storeDir;
  if (storeDir && !temporary) await endOrphan(storeDir);
  const store = options.jetstream && storeDir ? ['--jetstream', '--store_dir', storeDir] : [];
  const child = await startChild({
    name: 'nats-server',
    command,
    args: ['--addr', '127.0.0.1', '--port', String(options.port ?? -1), ...store, ...(options.args ?? [])],
    ready: /Server is ready/,
    stopSignal: 'SIGTERM',
    logger: options.logger,
  });
  if (storeDir && !temporary) await rememberPid(storeDir, child.pid);
  const port = options.port ?? portIn(child.output);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    ended: child.ended,
    async stop() {
      await child.stop();
      if (temporary && storeDir) await rm(storeDir, { recursive: true, force: true });
    },
    kill: () => child.kill(),
  };
}

/** Finds nats-server in PATH, or in the directories of system programs, which may be missing from a user's PATH. */
async function findNatsServer(): Promise<string | undefined> {
  for (const candidate of ['nats-server', '/usr/sbin/nats-server', '/usr/local/sbin/nats-server']) {
    const answers = await run(candidate, ['--version']).then(
      () => true,
      () => false,
    );
    if (answers) return candidate;
  }
  return undefined;
}

function portIn(output: readonly string[]): number {
  const port = output.map((line) => LISTENING.exec(line)?.[1]).find((text) => text !== undefined);
  if (port === undefined) throw new LocalServerError('nats-server did not report the port that it listens on');
  return Number(port);
}
