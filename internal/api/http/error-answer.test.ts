import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { makeTestApi } from '../../testkit/kits/test-api.js';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

it('a caller who leaves in the middle of a body is no fault of the database', async () => {
  const api = await makeTestApi();
  const server = api.app.listen(0, '127.0.0.1');
  stop = async () => {
    server.closeAllConnections();
    server.close();
    await api.stop();
  };
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const head = ['POST /events HTTP/1.1', 'Host: localhost', 'X-User: 1', 'Content-Type: application/json'];
  client.write(`${[...head, 'Content-Length: 100'].join('\r\n')}\r\n\r\n{"event"`);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  client.destroy();
  await once(response, 'close');
  await nextTurn();
  expect(response.statusCode).toBe(400);
  const told = api.lines.filter(({ name }) => name === 'api.unavailable' || name === 'api.failed');
  expect(told).toEqual([]);
});
