import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeSecret, sign } from 'hukz-signatures';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../../internal/testkit/chromium.js';
import { eventually } from '../../../internal/testkit/eventually.js';
import { type PackedPackages, packPackages } from '../../../internal/testkit/packages/packed-packages.js';
import { postgresDedupe } from './postgres-dedupe.js';

/** Without one of them, in a clone older than this test, the tests of all are skipped by name. */
const FRAMEWORKS = ['express', 'fastify', 'hono'];
const missing = FRAMEWORKS.filter((name) => !existsSync(`node_modules/${name}`));
if (missing.length > 0) console.warn(`${missing} is not installed: the tests of frameworks are skipped`);
const itWithFrameworks = missing.length > 0 ? it.skip : it;

const run = promisify(execFile);
const secret = makeSecret();
const readme = (name: string) => readFile(`packages/${name}/README.md`, 'utf8');
/** The examples of a page in one language, with the text between each one and the next. */
const examplesIn = (page: string, language: string) =>
  page
    .split(`\n\`\`\`${language}\n`)
    .slice(1)
    .map((text) => {
      const [code = '', rest = ''] = text.split(/\n```\n([\s\S]*)/);
      return { code, rest };
    });

let packed: PackedPackages;
let receivers: readonly string[];
beforeAll(async () => {
  packed = await packPackages('signatures', 'receiver');
  for (const name of [...FRAMEWORKS, 'pg']) await packed.link(name);
  receivers = examplesIn(await readme('receiver'), 'js').map(({ code }) => code);
});
afterAll(() => packed?.remove());

async function save(name: string, code: string): Promise<string> {
  const file = join(packed.folder, name);
  await writeFile(file, code);
  return file;
}

async function signed(): Promise<RequestInit> {
  const body = '{"event":"order.created","payload":{"id":4711}}';
  const headers = { ...(await sign({ id: 'd-1', body }, { secret })), 'hukz-event': 'order.created' };
  return { method: 'POST', body, headers };
}

it('the packed packages are small, and contain nothing but what is used', () => {
  expect(packed.packages.map(({ name }) => name).sort()).toEqual(['hukz-receiver', 'hukz-signatures']);
  for (const { size, files } of packed.packages) {
    expect(size).toBeLessThan(20_000);
    const others = files.filter(({ path }) => !/^dist\/[a-z0-9-]+\.(?:js|d\.ts)$/.test(path));
    expect(others.map(({ path }) => path).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  }
});

it('the packed packages have no fault that publint or "Are the types wrong?" know', async () => {
  expect(await packed.problems()).toBe('');
});

itWithFrameworks('the types fit the frameworks, with strict options', async () => {
  const source = `
    import { createServer } from 'node:http';
    import express from 'express';
    import fastify from 'fastify';
    import { Hono } from 'hono';
    import { fastifyPlugin, fetchHandler, nodeHandler, postgresDedupe, receiver, verify } from 'hukz-receiver';
    import { Pool } from 'pg';

    const pool = new Pool();
    const dedupe = postgresDedupe({ query: (text, values) => pool.query(text, values) });
    const hooks = receiver({ secrets: ['a', 'b'], scheme: 'github', dedupe }).on('a', async (delivery) => {
      const { id } = delivery.json<{ id: string }>();
      console.log(id, delivery.sentAt?.getTime());
    });
    createServer(nodeHandler(hooks));
    express().post('/hook', nodeHandler(hooks));
    await fastify().register(fastifyPlugin(hooks), { path: '/hook' });
    new Hono().post('/hook', (context) => fetchHandler(hooks)(context.req.raw));
    export const seen = (own: express.Request, other: Request) =>
      Promise.all([verify(own, { secret: 'a' }), verify(other, { secret: 'a' }), verify({ headers: {}, body: '' }, { secret: 'a' })]);
    // @ts-expect-error one of secret and secrets is required
    receiver({});
  `;
  for (const name of ['typescript', '@typescript', '@types']) await packed.link(name);
  await save('types.mts', source);
  const strict = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--skipLibCheck',
    '--noEmit',
  ];
  const modules = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable', '--types', 'node'];
  const compiler = join(packed.folder, 'node_modules', 'typescript', 'bin', 'tsc');
  const program = [compiler, ...strict, ...modules, 'types.mts'];
  const { stdout, code }: { readonly stdout: string; readonly code?: number } = await run(process.execPath, program, {
    cwd: packed.folder,
  }).catch((error: { readonly stdout: string; readonly code: number }) => error);
  expect([code, stdout]).toEqual([undefined, '']);
});

describe('an example of a README, in an empty project', () => {
  it('hukz-signatures prints what the page says', async () => {
    const [example] = examplesIn(await readme('signatures'), 'js');
    const said = /It prints:\n\n```\n([\s\S]*?)```/.exec(example!.rest)?.[1];
    const { stdout } = await run(process.execPath, [await save('signatures.mjs', example!.code)]);
    expect(stdout).toBe(said);
  });

  itWithFrameworks.each([
    ['node:http', 0, '/', 'd-1 4711\n'],
    ['express', 1, '/hook', 'order.created\n'],
    ['fastify', 2, '/hook', 'order.created\n'],
  ])('%s receives', async (name, index, path, printed) => {
    const file = await save(`server-${index}.mjs`, receivers[index]!);
    expect(receivers[index]).toContain(name);
    const port = await freePort();
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret },
    });
    const output = outputOf(child);
    const request = await signed();
    let status = 0;
    await eventually(
      async () => {
        status = (await fetch(`http://127.0.0.1:${port}${path}`, request)).status;
        return true;
      },
      { what: `the server of the example: ${output()}`, timeoutMs: 20_000 },
    );
    expect(status).toBe(204);
    expect((await fetch(`http://127.0.0.1:${port}${path}`, request)).status).toBe(200);
    expect(output()).toBe(printed);
    child.kill();
    await once(child, 'exit');
  });

  itWithFrameworks('hono and Next receive, as functions from a request to a response', async () => {
    const [, , , hono = '', next = ''] = receivers;
    const probe = `
      const { default: app } = await import(process.argv[2]);
      const { POST } = await import(process.argv[3]);
      const init = JSON.parse(process.argv[4]);
      const request = () => new Request('http://receiver/hook', init);
      for (const answer of [await app.fetch(request()), await POST(request())]) console.log(answer.status);`;
    const urls = [await save('hono.mjs', hono), await save('next.mjs', next)].map((file) => pathToFileURL(file).href);
    const args = [await save('probe.mjs', probe), ...urls, JSON.stringify(await signed())];
    const { stdout } = await run(process.execPath, args, { env: { ...process.env, WEBHOOK_SECRET: secret } });
    expect(stdout.split('\n').sort()).toEqual(['', '204', '204', 'order.created', 'order.created']);
  });

  it('the table of PostgreSQL is the one that createTable() creates', async () => {
    const asked: string[] = [];
    const query = async (text: string) => {
      asked.push(text);
      return { rows: [] };
    };
    await postgresDedupe({ query }).createTable();
    expect(asked).toEqual([examplesIn(await readme('receiver'), 'sql')[0]!.code]);
  });
});

const program = findChromium();
const describeInChromium = program === undefined ? describe.skip : describe;
if (program === undefined) console.warn('no Chromium: the test of hukz-signatures in a browser is skipped');

describeInChromium('hukz-signatures in Chromium', () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const isScript = /^\/[a-z0-9-]+\.js$/.test(request.url ?? '');
      const file = join(packed.folder, 'node_modules', 'hukz-signatures', 'dist', request.url ?? '');
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? await readFile(file) : '<!doctype html>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // Chromium has no sandbox for root. It only opens our own page.
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  it('signs and verifies in every scheme', async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const verdicts = await page.evaluate(`(async () => {
      const { makeSecret, publicKeyOf, schemeNames, sign, verify } = await import('/signatures.js');
      const verdicts = {};
      for (const scheme of schemeNames) {
        const secret = makeSecret(scheme);
        const key = scheme === 'standard-ed25519' ? await publicKeyOf(secret) : secret;
        const headers = new Headers(await sign({ id: 'a', body: '{"é":1}' }, { scheme, secret }));
        const verdictOf = (body) => verify({ headers, body }, { scheme, secret: key }).then(() => 'valid', (error) => error.reason);
        verdicts[scheme] = [await verdictOf('{"é":1}'), await verdictOf('{"é":2}'), await verdictOf({ é: 1 })];
      }
      return verdicts;
    })()`);
    const each = ['valid', 'no_match', 'body_was_parsed'];
    expect(verdicts).toEqual({ standard: each, 'standard-ed25519': each, 'webhooks-emitter': each, github: each });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function outputOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  return () => text;
}
