import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
import { liveWords } from './live-words.js';

const kit = useAppKit();
const env = () => ({ HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' });
const run = promisify(execFile);

/** The words that are offered in place of the last one. */
async function wordsFor(line: string, variables: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runHukz(['__complete', '--', ...line.split(' ')], { env: variables });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').flatMap((each) => (each === '' ? [] : [each.split('\t')[0] ?? '']));
}

describe('completion', () => {
  it.each([
    ['eve', ['event']],
    ['event l', ['list']],
    ['apply --dry', ['--dry-run']],
    ['event list --output j', ['table', 'wide', 'json', 'jsonl', 'yaml', 'name']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['nothing ', []],
  ])('of "%s" offers %j', async (line, expected) => {
    expect(await wordsFor(line)).toEqual(expected);
  });

  it('offers no hidden command', async () => {
    const words = await wordsFor('');
    expect(words).toEqual(expect.arrayContaining(['serve', 'event', 'apply', 'status']));
    expect(words).not.toContain('worker');
    expect(words).not.toContain('__complete');
  });

  it('offers what a running service has, by key or id', async () => {
    await kit.hukz.api.post('/events', { event: 'order.created', key: 'shop/orders', name: 'Orders' });
    const id = await kit.hukz.api.event('order.paid');
    const here = { env: env(), cwd: tmpdir(), version: '0.0.0', streams: process };
    // A shell would not wait as long as this machine may need.
    const found = await liveWords(here, 'event', { options: {}, limitMs: 30_000 });
    expect(found).toEqual([
      { word: 'key:shop/orders', description: 'Orders' },
      { word: String(id), description: 'order.paid' },
    ]);
    expect(await liveWords(here, 'shell', { options: {}, limitMs: 30_000 })).toEqual([]);
  });

  it('is silent without a service, also if none answers in time', async () => {
    expect(await wordsFor('event show ')).toEqual([]);
    expect(await wordsFor('event show ', { HUKZ_URL: 'http://127.0.0.1:1', HUKZ_USER: '1' })).toEqual([]);
  });

  it('does not wait longer than its limit for a service that accepts and never answers', async () => {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    try {
      const HUKZ_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await wordsFor('event show ', { HUKZ_URL, HUKZ_USER: '1' })).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('offers words in bash as they are, whatever characters they have', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hukz-bash-'));
    try {
      const script = (await runHukz(['completion', 'bash'])).stdout;
      const words = `${(await runHukz(['__complete', '--', 'event', ''])).stdout}key:$(echo bad)\tA key\n`;
      await writeFile(join(folder, 'script'), script);
      await writeFile(join(folder, 'words'), words);
      // The words of the program, without starting it once more.
      const ask = `hukz() { cat ${folder}/words; }; source ${folder}/script; COMP_WORDS=(hukz event ''); COMP_CWORD=2; _hukz; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await run('bash', ['-c', ask]);
      expect(stdout.trimEnd().split('\n')).toEqual([...words.trimEnd().split('\n')].map((each) => each.split('\t')[0]));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has no script for other shells', async () => {
    expect((await runHukz(['completion', 'csh'])).code).toBe(2);
  });
});
