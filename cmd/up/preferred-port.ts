import { findFreePort } from '../../internal/local/free-port.js';

/** Returns the preferred port of a service, or a free one (and reports it) if the preferred port is in use. */
export async function preferredPort(preferred: number, whose: string, say: (line: string) => void): Promise<number> {
  const port = await findFreePort(preferred);
  if (port !== preferred) say(`port ${preferred} is in use: ${whose} uses port ${port}`);
  return port;
}

const TRIES = 3;

/**
 * Starts a server on its preferred port, or on a free one. If another program takes the port in the meantime, another
 * port is chosen.
 */
export async function startOnPreferredPort<S>(
  { preferred, whose, say }: { readonly preferred: number; readonly whose: string; say(line: string): void },
  start: (port: number) => Promise<S>,
): Promise<S> {
  for (let tries = 1; ; tries++) {
    const port = await preferredPort(preferred, whose, say);
    try {
      return await start(port);
    } catch (error) {
      const wasTaken = (await findFreePort(port)) !== port;
      if (!wasTaken || tries === TRIES) throw error;
    }
  }
}
