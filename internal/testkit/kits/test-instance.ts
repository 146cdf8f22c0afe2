import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../local/child.js';
import { watchLeaks } from '../leaks/watch-leaks.js';
import { apiOf, type InstanceApi } from './instance-api.js';
import { type TestParts, testEnvironment } from './instance-environment.js';

export interface TestInstance {
  readonly pid: number;
  readonly api: InstanceApi;
  readonly port: number;
  readonly metricsPort: number;
  /** All lines that the instance has written so far. */
  readonly lines: readonly string[];
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>;
  /** Ends the instance as a power cut would. */
  kill(): Promise<void>;
  /** Asks the instance to end. Resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const root = new URL('../../../', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, root));

const STARTED = /"app.started"/;

interface Started {
  readonly port: number;
  readonly metrics_port: number;
}

/**
 * Starts `hukz serve` in a separate process, configured by its environment. Resolves when the instance reports that it
 * is ready.
 */
export async function startInstance(
  parts: TestParts,
  more: Readonly<Record<string, string>> = {},
  options: { readonly cwd?: string; readonly args?: readonly string[] } = {},
): Promise<TestInstance> {
  const args = ['--import', pathOf('internal/testkit/register-typescript.mjs'), pathOf('cmd/hukz.ts'), 'serve'];
  const lines: string[] = [];
  const child = await startChild({
    name: 'hukz',
    command: process.execPath,
    args: [...args, ...(options.args ?? [])],
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env.PATH ?? '', ...testEnvironment(parts, more) },
    ready: STARTED,
    stopSignal: 'SIGTERM',
    onLine: (line) => {
      lines.push(line);
      watchLeaks('a line of a process', line);
    },
  });
  const { port, metrics_port: metricsPort } = JSON.parse(child.output.at(-1) ?? '{}') as Started;
  return {
    pid: child.pid,
    api: apiOf(port),
    port,
    metricsPort,
    lines,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    },
    kill: child.kill,
    async stop(signal = 'SIGTERM') {
      child.signal(signal);
      return child.ended;
    },
  };
}
