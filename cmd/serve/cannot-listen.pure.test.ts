import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { CommandFailed } from '../command-failed.js';
import { cannotListen } from './cannot-listen.js';

it('a port that is in use is reported with its setting; any other error is unchanged', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => holder.once('listening', listening));
  const { port } = holder.address() as { port: number };
  const error = await new Promise((failed) => createServer().once('error', failed).listen(port, '127.0.0.1'));
  const told = cannotListen(error, (taken) => (taken === port ? 'PORT' : 'METRICS_PORT'));
  expect(told).toEqual(new CommandFailed(`PORT: another program listens on 127.0.0.1:${port} already (EADDRINUSE)`));
  const other = new Error('other');
  expect(cannotListen(other, () => 'PORT')).toBe(other);
  await new Promise((closed) => holder.close(closed));
});
