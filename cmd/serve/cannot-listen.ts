import { CommandFailed } from '../command-failed.js';

type ListenError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

/**
 * Converts a failure to open a port into an error that names the setting of the port. Returns other errors unchanged.
 */
export function cannotListen(error: unknown, settingOf: (port: number) => string): unknown {
  const { syscall, code, address, port } = (error ?? {}) as ListenError;
  // A worker's port is opened by its parent, so a failure to open it is reported as a failure of `bind`.
  if (syscall !== 'listen' && syscall !== 'bind') return error;
  const setting = settingOf(port ?? 0);
  const where = `${address}:${port}`;
  if (code === 'EADDRINUSE') {
    return new CommandFailed(`${setting}: another program listens on ${where} already (${code})`);
  }
  if (code === 'EACCES') return new CommandFailed(`${setting}: this user may not listen on ${where} (${code})`);
  return new CommandFailed(`${setting}: cannot listen on ${where} (${code})`);
}
