import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../internal/local/free-port.js';
import { BenchFailure } from './failure.js';
import type { DatabaseAddress } from './load/database.js';

export interface ServiceOptions {
  readonly nats: string;
  readonly database: DatabaseAddress;
  /** The working directory of the service, which must contain no configuration file. */
  readonly directory: string;
  /** The directory for a CPU profile at the end of the service. */
  readonly profileIn?: string | undefined;
  readonly nodeArguments: readonly string[];
  /** Settings that differ from their defaults, without the prefix `HUKZ_`. */
  readonly settings: Readonly<Record<string, string>>;
  onDeath(failure: BenchFailure): void;
}

export interface Service {
  readonly pid: number;
  readonly api: string;
  readonly metrics: string;
  /** The time from the start of the process until it reported that it is ready. */
  readonly readyAfterMs: number;
  stop(): Promise<void>;
}

// A busy machine may need this long.
const PATIENCE_MS = 60_000;
const LAST_LINES = 15;

/**
 * Runs `hukz serve` as users do, configured by its environment. Settings that are not named here have their defaults.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const port = await findFreePort();
  const metricsPort = await findFreePort();
  const profile = options.profileIn === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profileIn];
  const program = fileURLToPath(new URL('../cmd/hukz.js', import.meta.url));
  const from = performance.now();
  const child = spawn(process.execPath, [...profile, ...options.nodeArguments, program, 'serve'], {
    cwd: options.directory,
    env: environment(options, port, metricsPort),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    });
  const state = { stopping: false, ended: false };
  const onExit = () => child.kill('SIGTERM');
  process.once('exit', onExit);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    state.ended = true;
    process.off('exit', onExit);
    if (!state.stopping) options.onDeath(new BenchFailure(['the service ended:', ...lines].join('\n  ')));
  });
  const api = `http://127.0.0.1:${port}`;
  const stop = async () => {
    state.stopping = true;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isReady(api))) {
    if (state.ended || Date.now() > deadline) {
      await stop();
      throw new BenchFailure(['the service did not become ready:', ...lines].join('\n  '));
    }
    await sleep(20);
  }
  const metrics = `http://127.0.0.1:${metricsPort}/metrics`;
  return { pid: child.pid ?? 0, api, metrics, readyAfterMs: performance.now() - from, stop };
}

function environment({ nats, database, settings }: ServiceOptions, port: number, metricsPort: number) {
  const named = Object.entries(settings).map(([name, value]) => [`HUKZ_${name}`, value]);
  return {
    NODE_ENV: 'production',
    // In production, hukz would refuse receivers on 127.0.0.1.
    HUKZ_MODE: 'development',
    HUKZ_LOG_FORMAT: 'json',
    HUKZ_HOST: '127.0.0.1',
    HUKZ_PORT: String(port),
    HUKZ_METRICS_PORT: String(metricsPort),
    HUKZ_DATABASE_HOST: database.host,
    HUKZ_DATABASE_PORT: String(database.port),
    HUKZ_DATABASE_USER: database.user,
    HUKZ_DATABASE_PASSWORD: database.password,
    HUKZ_DATABASE_NAME: database.database,
    HUKZ_NATS_URL: nats,
    HUKZ_QUEUE_GROUP: 'bench',
    ...Object.fromEntries(named),
  };
}

async function isReady(api: string): Promise<boolean> {
  return fetch(`${api}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}
