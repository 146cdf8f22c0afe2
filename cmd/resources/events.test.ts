import { describe, expect, it } from '@jest/globals';
import { Hukz } from 'hukz-client';
import { runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
const env = () => ({ HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' });

it('hukz event: what its verbs print', async () => {
  const hukz = new Hukz({ url: env().HUKZ_URL, user: 1 });
  await hukz.events.create({
    event: 'order.created',
    key: 'shop/order-created',
    name: 'Created',
    tags: { app: 'shop' },
  });
  await hukz.events.create({ event: 'order.paid', name: '\u001b]0;bad\u0007 \u202etitle' });
  const lines = [
    'event --help',
    'event list --help',
    'event list',
    'event list -o wide --limit 1',
    'event list -o name',
    'event list -o yaml',
    'event list --columns id,tags.app',
    'event show key:shop/order-created',
    'event show 1 --columns event,name',
    'event show 77',
    'event show seven',
    'event list --columns id,tagz',
    'event lst',
    'event list -o jsn',
  ];
  expect(await transcriptOf(lines, { env: env() })).toMatchSnapshot();
});

describe('hukz event list', () => {
  it('prints the bytes of the API for json, and of each event for jsonl', async () => {
    const answer = await fetch(`${env().HUKZ_URL}/events?limit=20`, { headers: { 'X-User': '1' } });
    const json = await answer.text();
    expect((await runHukz(['event', 'list', '-o', 'json'], { env: env() })).stdout).toBe(`${json}\n`);
    const { stdout } = await runHukz(['event', 'list', '-o', 'jsonl'], { env: env() });
    const lines = stdout.trimEnd().split('\n');
    expect(json).toContain(`[${lines.join(',')}]`);
    expect(lines).toHaveLength(2);
  });

  it('fits a terminal, in colours, unless NO_COLOR is set', async () => {
    const { stdout } = await runHukz(['event', 'list'], { env: env(), terminal: 40 });
    expect(stdout).toContain('\u001b[2m');
    const plain = await runHukz(['event', 'list'], { env: { ...env(), NO_COLOR: '1' }, terminal: 40 });
    expect(plain.stdout).not.toContain('\u001b');
    expect(plain.stdout).toContain('…');
    for (const line of plain.stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('shows requests as curl commands with -v, without the token', async () => {
    const run = await runHukz(['event', 'list', '-v', '--token', 'env://MINE'], {
      env: { ...env(), MINE: 'very-secret' },
    });
    expect(run.stderr).toMatch(
      /^curl 'http:\/\/127\.0\.0\.1:\d+\/events\?limit=20' .*-H 'authorization: Bearer \*\*\*'/,
    );
    expect(run.stderr).toContain("-H 'x-user: 1'");
    expect(run.stderr + run.stdout).not.toContain('very-secret');
  });
});
