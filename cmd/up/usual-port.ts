import { findFreePort } from '../../internal/local/free-port.js';

/** Returns the usual port of a service, or a free one (and reports it) if the usual port is in use. */
export async function usualPort(usual: number, whose: string, say: (line: string) => void): Promise<number> {
  const port = await findFreePort(usual);
  if (port !== usual) say(`port ${usual} is in use: ${whose} uses port ${port}`);
  return port;
}

const TRIES = 3;

/**
 * Starts a server on its usual port, or on a free one. If another program takes the port in the meantime, another port
 * is chosen.
 */
export async function startOnUsualPort<S>(
  { usual, whose, say }: { readonly usual: number; readonly whose: string; say(line: string): void },
  start: (port: number) => Promise<S>,
): Promise<S> {
  for (let tries = 1; ; tries++) {
    const port = await usualPort(usual, whose, say);
    try {
      return await start(port);
    } catch (error) {
      const wasTaken = (await findFreePort(port)) !== port;
      if (!wasTaken || tries === TRIES) throw error;
    }
  }
}
