import { findFreePort } from '../internal/local/free-port.js';

/** The port where people look for something, or a free one when it is taken, and says so. */
export async function usualPort(usual: number, whose: string, say: (line: string) => void): Promise<number> {
  const port = await findFreePort(usual);
  if (port !== usual) say(`port ${usual} is taken: ${whose} gets port ${port}`);
  return port;
}
