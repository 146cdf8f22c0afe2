import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { findFreePort } from '../../internal/local/free-port.js';
import { startOnPreferredPort } from './preferred-port.js';

const others: Server[] = [];
/** Simulates another program that takes a port. */
async function listen(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  others.push(server);
}
afterEach(() => {
  for (const server of others.splice(0)) server.close();
});

it('chooses another port if a program takes the port between the check and the start', async () => {
  const usual = await findFreePort();
  const said: string[] = [];
  const tried: number[] = [];
  const say = (line: string) => void said.push(line);
  const started = await startOnPreferredPort({ preferred: usual, whose: 'it', say }, async (port) => {
    tried.push(port);
    if (tried.length === 1) {
      await listen(port);
      throw new Error('the address is in use');
    }
    return `on ${port}`;
  });
  expect(tried).toEqual([usual, expect.any(Number)]);
  expect(tried[1]).not.toBe(usual);
  expect(started).toBe(`on ${tried[1]}`);
  expect(said).toEqual([`port ${usual} is in use: it uses port ${tried[1]}`]);
});

it('gives up at once if the port is not the reason, and after three attempts if it always is', async () => {
  const usual = await findFreePort();
  let starts = 0;
  const start = (how: (port: number) => Promise<void>) =>
    startOnPreferredPort({ preferred: usual, whose: 'it', say: () => undefined }, async (port) => {
      starts++;
      await how(port);
      throw new Error('no disk');
    });
  await expect(start(async () => undefined)).rejects.toThrow('no disk');
  expect(starts).toBe(1);
  await expect(start(listen)).rejects.toThrow('no disk');
  expect(starts).toBe(4);
});
