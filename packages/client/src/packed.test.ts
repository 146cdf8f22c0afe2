import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium } from 'playwright-core';
import { findChromium } from '../../../internal/testkit/chromium.js';
import { useAppKit } from '../../../internal/testkit/kits/use-app-kit.js';
import { type PackedPackages, packPackages } from '../../../internal/testkit/packages/packed-packages.js';

const run = promisify(execFile);
const STRICT = '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false --types'.split(
  ' ',
);
const MODULES = '--ignoreConfig --module nodenext --target es2022 --lib es2022,dom,dom.asynciterable'.split(' ');
const RUNTIMES = [
  { name: 'node', args: [] },
  { name: 'deno', args: ['run', '--allow-net', '--allow-env'] },
  { name: 'bun', args: [] },
].filter(({ name }) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
const program = findChromium();
const itInChromium = program === undefined ? it.skip : it;

const kit = useAppKit();
let packed: PackedPackages;
beforeAll(async () => {
  packed = await packPackages('client');
});
afterAll(() => packed?.remove());

const dist = () => join(packed.folder, 'node_modules', 'hukz-client', 'dist');

describe('the package, installed in an empty project', () => {
  it('has examples in its README that compile, with the types of the package alone', async () => {
    const readme = readFileSync('packages/client/README.md', 'utf8');
    const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
    expect(examples.length).toBeGreaterThan(7);
    const source = examples
      .join('\n')
      .replaceAll("{ url: 'http://127.0.0.1:8000', token: 'hukz_1_…' }", '')
      .replaceAll('https://example.com/hook', `${kit.receiver.url}/hook`);
    await writeFile(
      join(packed.folder, 'examples.ts'),
      `${source}\nconsole.log(JSON.stringify({ done: replay.state }));\n`,
    );
    const compiler = [resolve('node_modules/typescript/bin/tsc'), ...MODULES, ...STRICT];
    const { stdout } = await run(process.execPath, [...compiler, '', 'examples.ts'], { cwd: packed.folder });
    expect(stdout).toBe('');
  });

  it.each(RUNTIMES)('does in $name what its README shows', async ({ name, args }) => {
    const service = { HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' };
    const env = { ...process.env, ...service, TRACKING_TOKEN: 'token', AUDIT_PASSWORD: 'password' };
    const { stdout } = await run(name, [...args, 'examples.js'], { cwd: packed.folder, env });
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({ done: 'done' });
    expect(stdout).toContain('{"id":17}');
    expect(stdout).toContain('422 unprocessable');
  });

  it('has no fault that publint or "Are the types wrong?" know', async () => {
    expect(await packed.problems()).toBe('');
  });

  it('is small', () => {
    const sizes = [...filesLoadedBy(join(dist(), 'client.js'))].map((file) => statSync(file).size);
    expect(sizes.length).toBeGreaterThan(20);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(72 * 1024);
    const emitter = [...filesLoadedBy(join(dist(), 'emitter.js'))].map((file) => statSync(file).size);
    expect(emitter.reduce((sum, size) => sum + size, 0)).toBeLessThan(40 * 1024);
    const [archive = ''] = readdirSync(packed.folder).filter((file) => file.endsWith('.tgz'));
    expect(statSync(join(packed.folder, archive)).size).toBeLessThan(96 * 1024);
    const all = readdirSync(dist(), { recursive: true, encoding: 'utf8' });
    expect(all.filter((file) => /test|tsbuildinfo/.test(file))).toEqual([]);
  });
});

/** The files that a page loads with a module. */
function filesLoadedBy(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)';/g))
    filesLoadedBy(join(dirname(file), path), loaded);
  return loaded;
}

/** Serves a page with the package, and the API under `/hukz`, as a gateway does. */
async function startGateway(api: number): Promise<Server> {
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming;
    if (url.startsWith('/hukz/')) {
      const path = url.slice('/hukz'.length);
      const asked = request({ host: '127.0.0.1', port: api, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(asked);
      return;
    }
    const isScript = url.startsWith('/client/');
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? readFileSync(join(dist(), url.slice('/client/'.length))) : '<!doctype html><title>hukz</title>',
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

/** Runs a script in a page of the gateway. It has `api`, the URL of the API of the page. */
async function inPage(script: string): Promise<unknown> {
  const server = await startGateway(kit.hukz.app.port);
  // Chromium has no sandbox for root. It only opens our own page.
  const browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate(`(async () => { const api = new URL('/hukz', location.href); ${script} })()`);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

describe('the package in a page', () => {
  itInChromium('reaches the API behind its own origin, and no other', async () => {
    const seen = await inPage(`
      const { Hukz, HukzError } = await import('/client/client.js');
      const hukz = new Hukz({ url: api, user: 1 });
      const event = await hukz.events.upsert('page/event', { event: 'page.event' });
      const { message_id: id } = await hukz.messages.publish({ event: event.event, payload: '{"id":9007199254740993}' });
      const message = await hukz.messages.get(id);
      const subjects = [];
      for await (const { event } of hukz.events.list({ key: 'page/event' })) subjects.push(event);
      const refused = await hukz.events.create({ event: '' }).catch((error) => error);
      const direct = new Hukz({ url: 'http://127.0.0.1:${kit.hukz.app.port}', user: 1, retry: false });
      const blocked = await direct.events.get(1).catch((error) => error);
      return {
        payload: new TextDecoder().decode(message.payloadBytes),
        subjects,
        refused: [refused instanceof HukzError, refused.code, refused.problems[0].source],
        blocked: blocked.code,
      };`);
    expect(seen).toEqual({
      payload: '{"id":9007199254740993}',
      subjects: ['page.event'],
      refused: [true, 'unprocessable', 'event'],
      blocked: 'network',
    });
  });

  itInChromium('attaches emitters, and emits over HTTP', async () => {
    const config = { url: `${kit.receiver.url}/page`, secret: 'supersecret' };
    const seen = await inPage(`
      const { Hukz } = await import('/client/client.js');
      const { startEmitter } = await import('/client/emitter.js');
      const emitter = startEmitter(new Hukz({ url: api, user: 1, space: 77 }));
      const config = ${JSON.stringify(config)};
      const attached = [];
      for (const id of ['page', 'page']) attached.push(await emitter.attach(id, 'page_clicked', config));
      const emitted = await emitter.emit('page_clicked', { foo: 'bar' }, 'own-id');
      const refused = await emitter.emit('page.*', {}).catch((error) => [error.name, error.code]);
      const [list, isStarted] = [await emitter.list(), await emitter.isStarted('page')];
      return { attached, emitted, refused, list, isStarted, report: await emitter.stop() };`);
    expect(seen).toEqual({
      attached: ['ok', 'already_exists'],
      emitted: { requestId: 'own-id', webhooks: 1 },
      refused: ['EmitterError', 'invalid'],
      list: ['page'],
      isStarted: true,
      report: { undelivered: [] },
    });
    const [request] = await kit.receiver.waitFor(1);
    expect(request).toMatchObject({ method: 'POST', url: '/page' });
    expect(request?.headers).toMatchObject({
      'x-webhooks-event': 'page_clicked',
      'x-webhooks-delivery': 'own-id',
      'x-webhooks-signature': 'sha256:tqhlnl1obrmfhhg67bc4bt7b1uvkal6e3aid74cqtfgf7e43e3rg',
    });
    expect(String(request?.body)).toBe('{"foo":"bar"}');
  });
});
