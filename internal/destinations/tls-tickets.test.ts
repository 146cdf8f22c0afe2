import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { makeTestRequest } from '../testkit/kits/test-request.js';
import { makeRsaPair } from '../testkit/servers/certificates.js';
import { makeSender } from './http/sender.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Starts a server of the openssl command that sends the given number of tickets and never answers. */
async function giveTickets(count: number): Promise<{ readonly url: string; readonly ca: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'hukz-tickets-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  const { cert, key } = makeRsaPair();
  writeFileSync(join(folder, 'both.pem'), cert + key);
  const options = ['-accept', '127.0.0.1:0', '-cert', 'both.pem', '-tls1_3', '-num_tickets', String(count)];
  const server = spawn('openssl', ['s_server', ...options], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
  endings.push(() => server.kill());
  let text = '';
  for await (const chunk of server.stdout.setEncoding('utf8')) {
    text += chunk;
    const [, port] = /ACCEPT \S+:(\d+)\n/.exec(text) ?? [];
    if (port) return { url: `https://localhost:${port}/`, ca: cert };
  }
  throw new Error(`openssl said ${text}`);
}

async function send({ url, ca }: { readonly url: string; readonly ca: string }) {
  const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 500, opener: makeTestOpener({ ca }) });
  endings.push(() => sender.stop());
  return sender.send(makeTestRequest(url));
}

it('a server may give a few session tickets', async () => {
  expect(await send(await giveTickets(10))).toMatchObject({ kind: 'unreachable', reason: 'timeout' });
});

it('a server that gives one session ticket after another is given up', async () => {
  const error = 'the receiver sends one TLS session ticket after another';
  expect(await send(await giveTickets(1000))).toEqual({ kind: 'unreachable', reason: 'tls', error });
});
