import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type NatsConnection, nkeys } from 'nats';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { makeCertificates } from '../testkit/servers/certificates.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { type NatsSettings, natsOptions } from './nats-settings.js';

let directory: string;
let server: NatsServer | undefined;
let connection: NatsConnection | undefined;
let problems: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-credentials-'));
  problems = [];
});
afterEach(async () => {
  await connection?.close();
  await server?.stop();
  await rm(directory, { recursive: true });
  connection = undefined;
  server = undefined;
});

const path = (name: string) => join(directory, name);
const open = async (settings: Omit<NatsSettings, 'servers'>, url: string) => {
  const onUnusableFile = (problem: string) => void problems.push(problem);
  connection = await connect(natsOptions({ settings: { servers: [url], ...settings }, name: 'test', onUnusableFile }));
  return connection;
};
const isConnected = (nc: NatsConnection) => nc.flush().then(() => true);
const nkey = () => {
  const pair = nkeys.createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), user: pair.getPublicKey() };
};
const userConfig = (user: string) => `authorization { users: [{ nkey: ${user} }] }`;

it('an nkey seed that was replaced on disk is used when the server takes only the new one', async () => {
  const [before, after] = [nkey(), nkey()];
  await writeFile(path('nats.conf'), userConfig(before.user));
  await writeFile(path('seed'), before.seed);
  server = await startTestNats({ args: ['-c', path('nats.conf')] });
  const nc = await open({ nkeySeedFile: path('seed') }, server.url);
  await writeFile(path('nats.conf'), userConfig(after.user));
  await rename(path('seed'), path('away'));
  process.kill(server.pid, 'SIGHUP');
  await eventually(() => problems.length > 0, { what: 'the file that is away told', timeoutMs: 15_000 });
  await writeFile(path('seed'), `${after.seed}\n`);
  await eventually(() => isConnected(nc), { what: 'connected with the new seed', timeoutMs: 15_000 });
  expect(problems).toEqual([expect.stringMatching(/NATS_NKEY_SEED_FILE: .*seed cannot be used \(.*ENOENT/)]);
});

it('a creds file is read for each connection, and a failure to read it is logged once', async () => {
  const [before, after] = [nkey(), nkey()];
  const creds = (jwt: string, seed: string) =>
    `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  await writeFile(path('creds'), creds('a.b.c', before.seed));
  const onUnusableFile = (problem: string) => void problems.push(problem);
  const settings = { servers: [], credsFile: path('creds') };
  const { authenticator } = natsOptions({ settings, name: 'test', onUnusableFile });
  const ask = () => (Array.isArray(authenticator) ? undefined : authenticator?.('nonce'));
  expect(ask()).toMatchObject({ jwt: 'a.b.c', nkey: before.user });
  await writeFile(path('creds'), '-----BEGIN NATS');
  expect(ask()).toMatchObject({ jwt: 'a.b.c', nkey: before.user });
  expect(ask()).toMatchObject({ jwt: 'a.b.c', nkey: before.user });
  expect(problems).toHaveLength(1);
  await writeFile(path('creds'), creds('d.e.f', after.seed));
  expect(ask()).toMatchObject({ jwt: 'd.e.f', nkey: after.user });
});

it('a creds file that cannot be used at the start ends it in a sentence', async () => {
  await writeFile(path('creds'), 'nothing of the kind');
  const settings = { servers: [], credsFile: path('creds') };
  const make = () => natsOptions({ settings, name: 'test', onUnusableFile: () => undefined });
  expect(make).toThrow(/NATS_CREDS_FILE: .*creds cannot be used/);
});

it('certificates that were replaced on disk are used when the server has others', async () => {
  const [before, after] = [makeCertificates(), makeCertificates()];
  const put = async ({ ca, server: own, client }: typeof before, side: 'server' | 'client') => {
    await writeFile(path(`${side}-ca`), ca);
    await writeFile(path(`${side}-cert`), side === 'server' ? own.cert : client.cert);
    await writeFile(path(`${side}-key`), side === 'server' ? own.key : client.key);
  };
  await Promise.all([put(before, 'server'), put(before, 'client')]);
  const tls = `cert_file: "${path('server-cert')}", key_file: "${path('server-key')}", ca_file: "${path('server-ca')}"`;
  await writeFile(path('nats.conf'), `tls { ${tls}, verify: true }`);
  const args = ['-c', path('nats.conf')];
  server = await startTestNats({ args });
  const { port } = server;
  const files = { caFile: path('client-ca'), certFile: path('client-cert'), keyFile: path('client-key') };
  const nc = await open({ tls: files }, `localhost:${port}`);
  await server.stop();
  await Promise.all([put(after, 'server'), put(after, 'client')]);
  server = await startTestNats({ args, port });
  await eventually(() => isConnected(nc), { what: 'connected with the new certificates', timeoutMs: 15_000 });
});
