import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Hukz } from 'hukz-client';
import { basic, bearer, DeclaredWebhooks, defineEvent, defineWebhook, env, oauth } from 'hukz-client/declare';
import { findDefinitions } from './find-definitions.js';
import { toObjects } from './to-declaration.js';

const url = 'https://example.com/hook';
const created = defineEvent({ key: 'shop/created', event: 'order.created' });
const STORED = [{ id: 7, event: 'order.paid', key: 'shop/paid' }];
const NOWHERE = new Hukz({ url: 'http://127.0.0.1:1', user: 1, retry: false });

afterEach(() => {
  delete process.env.TEST_TOKEN;
});

describe('a definition', () => {
  it('is the same in both forms', () => {
    const fields = {
      key: 'shop/search',
      url,
      events: [created, 'order.paid'],
      auth: bearer(env('TEST_TOKEN')),
      headers: { 'X-Team': 'shop' },
      replayable: false,
      active: false,
    };
    const built = defineWebhook('shop/search', url, (webhook) =>
      webhook
        .withEventType(created)
        .withEventType('order.paid')
        .withBearerToken(env('TEST_TOKEN'))
        .withHeader('X-Team', 'shop')
        .notReplayable()
        .notActive(),
    );
    expect(built).toEqual(defineWebhook(fields));
    const credentials = { token_url: 'https://a.example', client_id: 'c', client_secret: env('S') };
    expect(defineWebhook('k', url, (webhook) => webhook.withOAuth(credentials)).auth).toEqual(oauth(credentials));
    expect(defineWebhook('k', url, (webhook) => webhook.withBasicAuth('u', env('P'))).auth).toEqual(
      basic('u', env('P')),
    );
  });

  it.each(['', '  '])('without a URL is refused: %j', (empty) => {
    expect(() => defineWebhook({ key: 'shop/search', url: empty })).toThrow(
      'the URL of webhook "shop/search" is empty',
    );
    expect(() => defineWebhook('shop/search', empty)).toThrow(TypeError);
  });

  it('becomes a part of a declaration, with its events and the values of variables', () => {
    process.env.TEST_TOKEN = 'token';
    const webhook = defineWebhook({
      key: 'shop/search',
      url,
      events: [created, 'ORDER.paid', 'key:shop/paid', 7],
      auth: bearer(env('TEST_TOKEN')),
      active: false,
    });
    expect(toObjects([webhook], STORED)).toEqual({
      events: [{ key: 'shop/created', event: 'order.created' }],
      webhooks: [
        {
          key: 'shop/search',
          url,
          events: ['key:shop/created', 'ORDER.paid', 'key:shop/paid', 7],
          auth: { type: 'bearer', token: 'token' },
          enabled: false,
        },
      ],
    });
  });

  it('without events has all registered ones, stored or declared, each once', () => {
    const again = defineEvent({ key: 'shop/paid', event: 'order.paid' });
    const { webhooks } = toObjects([defineWebhook({ key: 'k', url }), created, again], STORED);
    expect(webhooks[0]?.events).toEqual([7, 'key:shop/created']);
  });

  it.each([
    [[defineWebhook({ key: 'k', url, events: ['order.payed'] })], 'webhook "k" has unknown events: "order.payed"'],
    [[defineWebhook({ key: 'k', url, events: [8] })], 'webhook "k" has unknown events: 8'],
    [[defineWebhook({ key: 'k', url: env('TEST_TOKEN') })], 'webhook "k" needs the variables TEST_TOKEN'],
    [
      [defineWebhook({ key: 'k', url }), defineWebhook({ key: 'k', url })],
      'two definitions of webhooks have the key "k"',
    ],
    [[created, defineEvent({ ...created })], 'two definitions of events have the key "shop/created"'],
  ])('with a mistake is refused before anything is sent', (definitions, sentence) => {
    expect(() => toObjects(definitions, STORED)).toThrow(sentence);
    expect(() => toObjects(definitions, STORED)).toThrow(TypeError);
  });
});

describe('discovery', () => {
  let folder: string;
  beforeEach(async () => {
    // Beneath the working directory, where globs begin.
    folder = relative(process.cwd(), await mkdtemp(join(process.cwd(), 'node_modules/.discovery-')));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('finds the definitions of modules, of lists of them, and of functions that load them', async () => {
    const search = defineWebhook({ key: 'shop/search', url });
    let calls = 0;
    const module = { search, other: 1, call: () => calls++, [Symbol.toStringTag]: 'Module' };
    expect(
      await findDefinitions([module, { './a.js': async () => ({ created }), './b.js': module }, [search]]),
    ).toEqual([search, created]);
    expect(calls).toBe(0);
  });

  it('imports the files that a glob names, in the order of their names', async () => {
    const file = (key: string) =>
      `export const webhook = { key: '${key}', url: '${url}', [Symbol.for('hukz.definition')]: 'webhook' };`;
    await mkdir(join(folder, 'deep/er'), { recursive: true });
    await writeFile(join(folder, 'b.webhook.mjs'), file('b'));
    await writeFile(join(folder, 'deep/er/a.webhook.mjs'), file('a'));
    await writeFile(join(folder, 'deep/other.mjs'), 'throw new Error("not asked for");');
    const keysOf = async (glob: string) => (await findDefinitions([`${folder}/${glob}`])).map(({ key }) => key);
    expect(await keysOf('**/*.webhook.mjs')).toEqual(['b', 'a']);
    await mkdir(join(folder, 'node_modules/other'), { recursive: true });
    await writeFile(join(folder, 'node_modules/other/c.webhook.mjs'), file('c'));
    expect(await keysOf('**/*.webhook.mjs')).toEqual(['b', 'a']);
    expect(await keysOf('node_modules/**/*.webhook.mjs')).toEqual(['c']);
    expect(await keysOf('*.mjs')).toEqual(['b']);
    expect(await keysOf('deep/*/a.webhook.mjs')).toEqual(['a']);
    await expect(findDefinitions([`${folder}/*.cjs`])).rejects.toThrow(`no file matches ${folder}/*.cjs`);
  });

  it('that has found nothing is not registered, so that nothing is removed by mistake', async () => {
    const declared = new DeclaredWebhooks(NOWHERE, { managedBy: 'a-test', prune: true });
    await expect(declared.registerDiscovered()).rejects.toThrow('no definition was discovered: call discover() first');
  });
});

it('asks for a function that decides, where one is needed', async () => {
  const declared = new DeclaredWebhooks(NOWHERE, { managedBy: 'a-test', onChange: 'ask' });
  await expect(declared.register({ key: 'k', url, events: [created] })).rejects.toThrow('there is no function ask');
});
