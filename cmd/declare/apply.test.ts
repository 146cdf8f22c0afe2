import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HukzOptions, runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hukz-declare-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const CANARY = 'canary-value-of-a-variable';
const options = (more: HukzOptions['env'] = {}): HukzOptions => ({
  cwd,
  env: { HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1', TOKEN: CANARY, ...more },
});
const run = (line: string, more: HukzOptions = {}) => runHukz(line.split(' '), { ...options(), ...more });
const write = (name: string, text: string) => writeFile(join(cwd, name), text);

/** Declares an event and a webhook in two files of a directory. */
async function writeShop(managedBy: string, { url = 'https://a.example/hook', name = 'Index' } = {}): Promise<void> {
  await mkdir(join(cwd, managedBy), { recursive: true });
  await write(
    join(managedBy, 'events.json'),
    `{"managed_by": "${managedBy}", "events": [{"key": "${managedBy}/orders", "event": "${managedBy}.order"}]}`,
  );
  await write(
    join(managedBy, 'webhooks.yml'),
    `webhooks:
  - key: ${managedBy}/index
    name: ${name}
    url: ${url}
    events: [key:${managedBy}/orders]
    auth: { type: bearer, token: '\${TOKEN}' }
    headers: { x-team: search }
---
webhooks:
  - key: ${managedBy}/other
    url: https://other.example/hook
    secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
    events: [${managedBy}.order]
`,
  );
}

it('hukz apply, diff and export: what they print', async () => {
  await writeShop('shop');
  const lines = [
    'apply --help',
    'diff --help',
    'export --help',
    'apply -f shop --dry-run',
    'diff -f shop',
    'apply -f shop',
    'apply -f shop',
    'diff -f shop',
    'export --managed-by shop',
    'export -o json',
  ];
  expect(await transcriptOf(lines, options())).toMatchSnapshot();
  await writeShop('shop', { url: 'https://b.example/hook', name: 'New' });
  await write('shop/webhooks.yml', `${'#'.repeat(9)}\n`);
  await write('shop/one.yml', 'webhooks: [{key: shop/index, url: https://b.example/hook, events: [shop.order]}]\n');
  const changes = [
    'diff -f shop',
    'apply -f shop --prune',
    'apply -f shop --prune --yes',
    'apply -f shop --prune -o json',
  ];
  expect(await transcriptOf(changes, options())).toMatchSnapshot();
});

describe('hukz apply', () => {
  it('reads stdin, calls an export unchanged in YAML and JSON, and never prints values of variables', async () => {
    await writeShop('again');
    const applied = await run('apply -f again');
    expect(applied).toMatchObject({ code: 0, stderr: expect.stringContaining('Signing secrets were generated') });
    for (const format of ['yaml', 'json']) {
      const exported = await run(`export --managed-by again -o ${format}`);
      const { code, stdout, stderr } = await run('diff -f - --prune', { stdin: exported.stdout });
      expect([code, stdout, stderr]).toEqual([0, 'Plan: 0 to create, 0 to change, 0 to remove, 3 unchanged.\n', '']);
    }
    const changed = await run('apply -f again -v', options({ TOKEN: 'another-value-of-it' }));
    const all = JSON.stringify([applied, changed]);
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain('another-value-of-it');
    expect(changed.stdout).toContain('auth.token = (secret)');
  });

  it('names the file and the line of what is wrong, and changes nothing', async () => {
    await write(
      'bad.yml',
      `managed_by: bad\nwebhooks:\n- key: bad/a\n  url: \${NOWHERE}\n- key: bad/b\n  url: \${TOKEN\n`,
    );
    expect(await run('apply -f bad.yml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^bad.yml:4: the variable NOWHERE is not set.*\nbad.yml:6: a variable is written/),
    });
    await write(
      'refused.yml',
      'managed_by: bad\nwebhooks:\n- key: bad/a\n  url: https://a.example\n  events: [bad.none]\n  retry:\n    tries: x\n',
    );
    const refused = await run('apply -f refused.yml');
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toMatch(/^refused.yml:\d: webhook bad\/a: /);
    expect(await run('apply -f nowhere.yml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nowhere.yml'),
    });
    expect(await run('apply')).toMatchObject({ code: 2 });
    await write('nobody.yml', 'events: []\n');
    expect(await run('diff -f nobody.yml')).toMatchObject({ code: 2, stderr: expect.stringContaining('managed_by') });
    const { body } = await kit.hukz.api.get('/webhooks?managed_by=bad');
    expect(body.total).toBe(0);
  });

  it('shows conflicts, and takes over if asked', async () => {
    await writeShop('mine');
    expect((await run('apply -f mine')).code).toBe(0);
    const refused = await run('apply -f mine --managed-by yours');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('--take-over') });
    expect(refused.stdout).toContain('! webhook mine/index: webhook');
    const taken = await run('apply -f mine --managed-by yours --take-over');
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining('~ managed_by = "yours"') });
  });

  it('asks on a terminal, in colours', async () => {
    await writeShop('asked');
    const no = await run('apply -f asked', { terminal: 100, stdin: 'n\n' });
    expect(no).toMatchObject({ code: 1, stderr: expect.stringContaining('Apply this plan? [y/N]') });
    expect(no.stdout).toContain('\u001b[32m+\u001b[39m');
    const yes = await run('apply -f asked', { terminal: 100, stdin: 'y\n' });
    expect(yes.code).toBe(0);
    expect(yes.stdout).toMatch(/webhook asked\/index {2}whsec_/);
  });
});
