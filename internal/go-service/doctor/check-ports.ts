import { createServer } from 'node:net';
import type { Finding } from './finding.js';

export interface Port {
  /** The setting of the port. */
  readonly setting: string;
  readonly host: string;
  readonly port: number;
}

/** Ports on which another program listens, such as the Go service that still runs. */
export async function checkPorts(ports: readonly Port[]): Promise<readonly Finding[]> {
  const findings = await Promise.all(ports.map(checkPort));
  return findings.flat();
}

function checkPort({ setting, host, port }: Port): Promise<readonly Finding[]> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve([
        {
          check: 'ports',
          weight: 'note',
          says: `${setting}: ${host}:${port} cannot be listened on (${error.code}): perhaps the Go service still runs`,
          advice: `set ${setting} while both run, or stop the other program first`,
        },
      ]),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve([])));
  });
}
