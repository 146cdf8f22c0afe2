import { spawn } from 'node:child_process';
import { eventually } from '../eventually.js';

export interface Terminal {
  /** Types keys, such as a tab. */
  type(keys: string): void;
  /** Waits until the program has shown the text. */
  shows(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Runs an interactive program in a terminal, which `script` of util-linux makes.
 * @param command a command line for sh
 */
export function openTerminal(command: string, env: Readonly<Record<string, string>>): Terminal {
  const shell = `stty cols 200 rows 50; exec ${command}`;
  const child = spawn('script', ['-qec', shell, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', LC_ALL: 'C.UTF-8', ...env },
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      shown += String(chunk);
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    type: (keys) => void child.stdin.write(keys),
    shows: (text) =>
      eventually(() => shown.includes(text), { what: `"${text}" in the terminal` }).catch((error: Error) => {
        throw new Error(`${error.message}; it has ${JSON.stringify(shown)}`);
      }),
    close() {
      child.stdin.end();
      child.kill('SIGKILL');
      return ended;
    },
  };
}
