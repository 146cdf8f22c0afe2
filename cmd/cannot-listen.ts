import { CommandFailed } from './command-failed.js';

type ListenError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

/** A port that cannot be had, with the setting that asks for it; any other error stays what it is. */
export function cannotListen(error: unknown, settingOf: (port: number) => string): unknown {
  const { syscall, code, address, port } = (error ?? {}) as ListenError;
  // A worker's port is opened by its parent, whose failure comes as one to bind.
  if (syscall !== 'listen' && syscall !== 'bind') return error;
  const setting = settingOf(port ?? 0);
  const where = `${address}:${port}`;
  if (code === 'EADDRINUSE') {
    return new CommandFailed(`${setting}: another program listens on ${where} already (${code})`);
  }
  if (code === 'EACCES') return new CommandFailed(`${setting}: this user may not listen on ${where} (${code})`);
  return new CommandFailed(`${setting}: listening on ${where} does not work (${code})`);
}
