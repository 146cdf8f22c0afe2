import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Hukz, HukzError } from 'hukz-client';
import { bearer, DeclaredWebhooks, type DeclareOptions, defineEvent, defineWebhook, env } from 'hukz-client/declare';
import { useAppKit } from '../../../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();

let hukz: Hukz;
beforeAll(() => {
  process.env.TEST_HOOK_TOKEN = 'token-of-the-receiver';
  hukz = new Hukz({ url: `http://127.0.0.1:${kit.hukz.app.port}`, user: 1 });
});

let programs = 100;
/** Each test declares in a space of its own, by a name of its own, and with an event of its own. */
function newProgram(options: Partial<DeclareOptions> = {}) {
  const n = programs++;
  const created = defineEvent({ key: `shop/created-${n}`, event: `order.created.${n}` });
  const space = hukz.in(n);
  return { n, created, space, declared: new DeclaredWebhooks(space, { managedBy: `program-${n}`, ...options }) };
}
const stepsOf = ({ plan }: { readonly plan: readonly { readonly key: string | null; readonly do: string }[] }) =>
  plan.map(({ key, do: action }) => `${action} ${key}`);

describe('a webhook that is declared in code', () => {
  it('is registered with its events, sends with its credentials, and is registered again without a change', async () => {
    const { declared, created } = newProgram();
    const fields = {
      key: 'search',
      url: `${kit.receiver.url}/search`,
      events: [created],
      auth: bearer(env('TEST_HOOK_TOKEN')),
    };
    const first = await declared.register(fields);
    expect(stepsOf(first)).toEqual([`create ${created.key}`, 'create search']);
    expect(first.plan[1]?.secret).toMatch(/^whsec_/);
    expect(stepsOf(await declared.register(fields))).toEqual([`keep ${created.key}`, 'keep search']);
    await hukz.messages.publish({ event: created.event, payload: { id: 1 } });
    const [request] = await kit.receiver.waitFor(1);
    expect(request?.headers.authorization).toBe('Bearer token-of-the-receiver');
    expect((await declared.all()).map(({ key }) => key)).toEqual(['search']);
    expect([await declared.remove('search'), await declared.remove('search')]).toEqual([true, false]);
    expect(await declared.all()).toEqual([]);
  });

  it('is registered in the form of a builder, inactive', async () => {
    const { space, declared, created } = newProgram();
    await declared.register('mail', 'https://example.com/hook', (webhook) =>
      webhook.withEventType(created).withHeader('X-Team', 'shop').notActive().notReplayable(),
    );
    const { enabled, headers, events } = await space.webhooks.get('key:mail');
    expect([enabled, headers, events.map(({ event }) => event)]).toEqual([
      false,
      { 'X-Team': 'shop' },
      [created.event],
    ]);
  });

  it('gets all registered events if it names none', async () => {
    const { space, declared, created } = newProgram();
    const other = await hukz.events.create({ event: 'someone.elses' });
    await declared.discover({ all: defineWebhook({ key: 'all', url: 'https://example.com/hook' }), created });
    await declared.registerDiscovered();
    const { events } = await space.webhooks.get('key:all');
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining([other.event, created.event]));
  });

  it('with an unknown event is refused before anything is sent', async () => {
    const { space, declared, created } = newProgram();
    const definition = { key: 'typo', url: 'https://example.com/hook', events: [created, 'order.craeted'] };
    await expect(declared.register(definition)).rejects.toThrow('webhook "typo" has unknown events: "order.craeted"');
    expect((await space.webhooks.list()).nodes).toEqual([]);
  });

  it('of another program is not changed', async () => {
    const { space, declared, created } = newProgram();
    const fields = { key: 'mine', url: 'https://example.com/hook', events: [created] };
    await declared.register(fields);
    const other = new DeclaredWebhooks(space, { managedBy: 'another' });
    await expect(other.register(fields)).rejects.toThrow(HukzError);
    expect(await other.remove('mine')).toBe(false);
  });
});

describe('webhooks that are discovered', () => {
  it('are registered together, and those that are gone are removed', async () => {
    const { space, declared, created } = newProgram({ prune: true });
    const webhook = (key: string) => defineWebhook({ key, url: 'https://example.com/hook', events: [created] });
    await declared.register(webhook('gone'));
    await declared.discover({ one: webhook('one'), two: webhook('two') });
    const plan = await declared.registerDiscovered();
    expect(stepsOf(plan).sort()).toEqual(['create one', 'create two', `keep ${created.key}`, 'remove gone']);
    expect((await space.webhooks.list()).total).toBe(2);
  });

  it('are registered as soon as the service is available', async () => {
    const { n, created } = newProgram();
    let asked = 0;
    const away = new Hukz({
      url: `http://127.0.0.1:${kit.hukz.app.port}`,
      user: 1,
      space: n,
      retry: false,
      fetch: (url, init) => (asked++ < 1 ? Promise.reject(new TypeError('away')) : fetch(url, init)),
    });
    const declared = new DeclaredWebhooks(away, { managedBy: `program-${n}` });
    await declared.discover([defineWebhook({ key: 'late', url: 'https://example.com/hook', events: [created] })]);
    const waits: string[] = [];
    const plan = await declared.registerDiscovered({ onWaiting: ({ code }) => waits.push(code) });
    expect([waits, stepsOf(plan)]).toEqual([['network'], [`create ${created.key}`, 'create late']]);
    await declared.discover([defineWebhook({ key: 'wrong', url: 'nowhere', events: [created] })]);
    await expect(declared.registerDiscovered()).rejects.toThrow('was answered with 422');
  });
});

describe('a webhook that is new or was changed', () => {
  it('is replayed if it says so, or if the program agrees', async () => {
    const asked: string[] = [];
    const { declared, created } = newProgram({
      takeOver: true,
      onChange: 'ask',
      ask: ({ key }) => {
        asked.push(key ?? '');
        return key === 'agreed';
      },
    });
    await hukz.events.create({ key: created.key, event: created.event });
    await hukz.messages.publish({ event: created.event, payload: { n: 'before' } });
    const webhook = (key: string, more: object = {}) =>
      defineWebhook({ key, url: `${kit.receiver.url}/${key}`, events: [created], ...more });
    await declared.discover([
      webhook('agreed'),
      webhook('declined'),
      webhook('always', { onChange: 'replay' }),
      webhook('never', { onChange: 'replay', replayable: false }),
    ]);
    const plan = await declared.registerDiscovered();
    expect([plan.replays, asked.sort()]).toEqual([2, ['agreed', 'declined']]);
    const steps = plan.plan.filter(({ kind }) => kind === 'webhook');
    expect(steps.map(({ key, do: action, secret }) => [key, action, typeof secret]).sort()).toEqual(
      ['agreed', 'always', 'declined', 'never'].map((key) => [key, 'create', 'string']),
    );
    await kit.receiver.waitFor(2, 10_000);
    expect(new Set(kit.receiver.requests.map(({ url }) => url))).toEqual(new Set(['/agreed', '/always']));
  });
});

describe('Chronicle.WebHooks', () => {
  it('has two examples and functions, which docs/coming-from-chronicle.md shows in the words of hukz', async () => {
    const page = readFileSync('docs/coming-from-chronicle.md', 'utf8');
    const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
    const [module, start] = examples.map((code) =>
      code.replaceAll('https://example.com/chronicle/webhooks', `${kit.receiver.url}/chronicle`),
    );
    // Beneath the working directory, where globs begin, and beside the packages.
    const folder = await mkdtemp(join(process.cwd(), 'node_modules/.chronicle-'));
    process.env.WEBHOOK_TOKEN = 'token';
    process.env.WEBHOOK_PASSWORD = 'password';
    process.env.HUKZ_URL = `http://127.0.0.1:${kit.hukz.app.port}`;
    process.env.HUKZ_USER = '1';
    try {
      await mkdir(join(folder, 'webhooks/deep'), { recursive: true });
      await writeFile(join(folder, 'webhooks/deep/account-events.js'), module ?? '');
      const glob = relative(process.cwd(), join(folder, 'webhooks'));
      await writeFile(join(folder, 'start.js'), `${start?.replace("'webhooks/", `'${glob}/`)}\nexport { webhooks };`);
      await writeFile(join(folder, 'package.json'), '{"type":"module"}');
      const { webhooks }: { webhooks: DeclaredWebhooks } = await import(join(folder, 'start.js'));
      expect((await webhooks.all()).map(({ key }) => key)).toEqual(['account-events', 'account-audit']);
      await hukz.messages.publish({ event: 'account.opened', payload: { owner: 'Ada' } });
      const requests = await kit.receiver.waitFor(2);
      const basic = `Basic ${Buffer.from('chronicle:password').toString('base64')}`;
      expect(requests.map(({ headers }) => headers.authorization).sort()).toEqual([basic, 'Bearer token']);
      expect(requests.map(({ headers }) => headers['x-source'])).toEqual(['my-app', 'my-app']);
      expect([await webhooks.remove('account-audit'), (await webhooks.all()).length]).toEqual([true, 1]);
    } finally {
      await rm(folder, { recursive: true, force: true });
      for (const name of ['WEBHOOK_TOKEN', 'WEBHOOK_PASSWORD', 'HUKZ_URL', 'HUKZ_USER']) delete process.env[name];
    }
  });
});
