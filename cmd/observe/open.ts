import { spawn } from 'node:child_process';
import type { Invocation } from '../invocation.js';
import type { Verb } from '../session/session.js';

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Prints the URL of the documentation page, and opens it where there is a browser. */
export const openPage: Verb = async ({ here, out, connection }) => {
  const url = `${connection.url.replace(/\/+$/, '')}/docs`;
  out.text(url);
  const [command, ...args] = browserCommand(here.env) ?? [];
  if (command !== undefined) await start(command, [...args, url], here);
};

/** `BROWSER`, else the command of the system. Undefined where no desktop would show a page. */
function browserCommand(env: Invocation['env']): readonly string[] | undefined {
  if (env.BROWSER) return [env.BROWSER];
  if (env.SSH_CONNECTION) return undefined;
  return COMMANDS[process.platform] ?? (env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined);
}

/** The URL is printed already, so a browser that does not start is no failure. */
async function start(command: string, args: readonly string[], { env, cwd }: Invocation): Promise<void> {
  const child = spawn(command, [...args], { env: { ...env }, cwd, detached: true, stdio: 'ignore' });
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('spawn', () => resolve());
  });
  child.unref();
}
