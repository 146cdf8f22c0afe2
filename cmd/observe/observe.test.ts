import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
const env = () => ({ HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' });
const metricsUrl = () => `http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hukz-open-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('hukz accounting and open: what they print', async () => {
  const { id } = await kit.attempt('observed.event');
  const lines = [
    'status --help',
    'accounting --help',
    'open --help',
    'doctor --help',
    `accounting --webhook ${id} --since 1h`,
    'accounting --webhook key:none',
    'accounting --since soon',
    'open',
  ];
  expect(await transcriptOf(lines, { env: env() })).toMatchSnapshot();
});

describe('hukz status', () => {
  it('prints the figures of the service, with rates between two readings', async () => {
    await kit.attempt('status.event');
    const { code, stdout, stderr } = await runHukz(
      ['status', '--metrics-url', metricsUrl(), '--interval', '10ms', '-o', 'json'],
      { env: env() },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: true,
      problems: [],
      guarantee: expect.any(String),
      messages_per_s: expect.any(Number),
      due: 0,
      in_flight: 0,
      dead_letters: expect.any(Number),
    });
  });

  it('prints them repeatedly with --watch', async () => {
    const args = ['status', '--watch', '--count', '2', '--interval', '10ms', '--metrics-url', metricsUrl()];
    const { code, stdout } = await runHukz(args, { env: env() });
    expect(code).toBe(0);
    expect(stdout.match(/^ready +yes$/gm)).toHaveLength(2);
    expect((await runHukz(args, { env: env(), terminal: 80 })).stdout).toContain('\u001b[2J');
  });

  it('says what is missing without the metrics, and that nothing answers', async () => {
    const partial = await runHukz(['status', '--metrics-url', 'http://127.0.0.1:1/metrics'], { env: env() });
    expect(partial).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ready +yes$/m) });
    expect(partial.stderr).toMatch(/^Only the readiness is known: http:\/\/127.0.0.1:1\/metrics does not answer/);
    const other = await runHukz(['status', '--metrics-url', `${env().HUKZ_URL}/ping`], { env: env() });
    expect(other.stderr).toContain('has no metrics of hukz');
    const away = await runHukz(['status'], { env: { HUKZ_URL: 'http://127.0.0.1:1' } });
    expect(away).toMatchObject({ code: 6, stderr: expect.stringContaining('Is hukz running there?') });
  });
});

describe('hukz open', () => {
  it('starts the program in BROWSER with the URL', async () => {
    const browser = join(folder, 'browser');
    await writeFile(
      browser,
      `#!/bin/sh\nprintf %s "$1" > "${folder}/part" && mv "${folder}/part" "${folder}/opened"\n`,
    );
    await chmod(browser, 0o755);
    const { code, stdout } = await runHukz(['open'], { env: { ...env(), BROWSER: browser } });
    expect([code, stdout]).toEqual([0, `${env().HUKZ_URL}/docs\n`]);
    const opened = () => readFile(join(folder, 'opened'), 'utf8').catch(() => undefined);
    await eventually(async () => (await opened()) !== undefined, { what: 'the browser' });
    expect(await opened()).toBe(`${env().HUKZ_URL}/docs`);
  });

  it('only prints the URL if the program cannot be started', async () => {
    const { code, stdout } = await runHukz(['open'], { env: { ...env(), BROWSER: join(folder, 'none') } });
    expect([code, stdout]).toEqual([0, `${env().HUKZ_URL}/docs\n`]);
  });
});
