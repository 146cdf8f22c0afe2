import { findFreePort } from '../internal/local/free-port.js';

/** The port where people look for something, or a free one when it is taken, and says so. */
export async function usualPort(usual: number, whose: string, say: (line: string) => void): Promise<number> {
  const port = await findFreePort(usual);
  if (port !== usual) say(`port ${usual} is taken: ${whose} gets port ${port}`);
  return port;
}

const TRIES = 3;

/** Starts a server on its usual port, or on a free one. A port that another program takes in the meantime is chosen anew. */
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
