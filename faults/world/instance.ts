import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../internal/local/child.js';
import { readResidentMegabytes } from '../../internal/local/process-usage.js';
import { apiOf, type InstanceApi } from '../../internal/testkit/kits/instance-api.js';

/** The path is relative to dist/faults. */
export const PROGRAM = fileURLToPath(new URL('../../cmd/hukz.js', import.meta.url));

export interface Instance {
  readonly pid: number;
  /** The port of its API. */
  readonly port: number;
  readonly api: InstanceApi;
  /** The lines that it has written. */
  readonly lines: readonly string[];
  /** Resolves with its exit code when it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  readonly isAlive: boolean;
  signal(name: NodeJS.Signals): void;
  /** Stops reading its output. */
  stopReading(): void;
  kill(): Promise<void>;
  /** The problems in `/health/ready`, by dependency. Undefined if the instance is ready. */
  problems(): Promise<Readonly<Record<string, string>> | undefined>;
  megabytes(): Promise<number>;
  metric(name: string): Promise<number>;
}

export interface InstanceOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /** The file in which its lines are kept. */
  readonly logFile: string;
  /** Arguments for Node. */
  readonly nodeArgs?: readonly string[];
  readonly patienceMs?: number;
}

interface Started {
  readonly port: number;
  readonly metrics_port: number;
}

/** Starts `hukz serve` in a separate process. Resolves when the instance reports that it has started. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const lines: string[] = [];
  const file = createWriteStream(options.logFile);
  const child = await startChild({
    name: 'hukz',
    command: process.execPath,
    args: [...(options.nodeArgs ?? []), PROGRAM, 'serve'],
    cwd: options.directory,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    ready: /"app\.started"/,
    stopSignal: 'SIGTERM',
    patienceMs: options.patienceMs ?? 120_000,
    onLine(line) {
      lines.push(line);
      file.write(`${line}\n`);
    },
  });
  return toInstance(child, lines);
}

function toInstance(child: Child, lines: readonly string[]): Instance {
  const { port, metrics_port: metricsPort } = JSON.parse(child.output.at(-1) ?? '{}') as Started;
  let isAlive = true;
  void child.ended.then(() => {
    isAlive = false;
  });
  return {
    pid: child.pid,
    port,
    // Events are publish-only, because the publisher keeps an account of its acknowledgements.
    api: apiOf(port, { publish_only: true }),
    lines,
    ended: child.ended,
    get isAlive() {
      return isAlive;
    },
    signal: child.signal,
    stopReading: child.stopReading,
    kill: child.kill,
    async problems() {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
      return answer.ok ? undefined : ((await answer.json()) as { errors: Record<string, string> }).errors;
    },
    megabytes: () => readResidentMegabytes(child.pid),
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    },
  };
}
