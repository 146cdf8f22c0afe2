import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { apiOf, type TestApi, type TestParts, testEnvironment } from './test-app.js';

export interface TestInstance {
  readonly pid: number;
  readonly api: TestApi;
  readonly metricsPort: number;
  /** Everything it has written so far. */
  readonly lines: readonly string[];
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const root = new URL('../../', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, root));

/** `hukz serve` as a process of its own, configured by its environment, ready when it says so. */
export async function startInstance(
  parts: TestParts,
  more: Readonly<Record<string, string>> = {},
): Promise<TestInstance> {
  const args = ['--import', pathOf('internal/testkit/register-typescript.mjs'), pathOf('cmd/hukz.ts'), 'serve'];
  const child = spawn(process.execPath, args, {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '', ...testEnvironment(parts, more) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines: string[] = [];
  const started = new Promise<{ port: number; metrics_port: number }>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.includes('"app.started"')) resolve(JSON.parse(line));
      });
    }
    void exited.then(([code]) => reject(new Error(`hukz ended with ${code}:\n${lines.join('\n')}`)));
  });
  const { port, metrics_port: metricsPort } = await started;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    pid: child.pid ?? 0,
    api: apiOf(port),
    metricsPort,
    lines,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    },
    kill: async () => void (await end('SIGKILL')),
    stop: (signal = 'SIGTERM') => end(signal),
  };
}
