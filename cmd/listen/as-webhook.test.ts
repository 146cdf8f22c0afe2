import { expect, it } from '@jest/globals';
import { runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
import { verify } from '../../packages/signatures/src/verify.js';

const kit = useAppKit({ HUKZ_WEBHOOK_LISTENERS: 'true' });
const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const env = () => ({
  HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`,
  HUKZ_USER: '1',
  HUKZ_NATS_URL: `nats://${kit.nats.getServer()}`,
});

it('hukz listen --as-webhook gets retries of the service at the prompt, and deletes its webhook at the end', async () => {
  await kit.hukz.api.event('order.created');
  kit.receiver.behave((_, index) => ({ status: index === 0 ? 500 : 204 }));
  const args = [
    'listen',
    'order.>',
    '--as-webhook',
    '--forward-to',
    kit.receiver.url,
    '--secret',
    SECRET,
    '--count',
    '2',
  ];
  const running = runHukz(args, { env: env() });
  const isEnabled = async () => (await kit.hukz.api.get('/webhooks')).body.nodes[0]?.enabled === true;
  await eventually(isEnabled, { what: 'a webhook of the prompt', timeoutMs: 30_000 });
  kit.nats.publish('order.created', '{"id":1}');
  const { code, stdout, stderr } = await running;
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^[\d:.]{12} {2}order\.created +500 {2}\d+ ms\n[\d:.]{12} {2}order\.created +204 {2}\d+ ms {2}attempt 2\n$/,
    ),
  ]);
  expect(stderr).toMatch(
    /^webhook \d+ sends order\.> over nats:\S+ and this prompt to http\S+\nwebhook \d+ is deleted\n$/,
  );
  for (const { headers, body } of kit.receiver.requests) await verify({ headers, body }, { secret: SECRET });
  const logs = (await kit.hukz.api.get('/webhooks/logs?event=order.created')).body.nodes;
  expect(logs.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['delivered', 'failed']);
  expect((await kit.hukz.api.get('/webhooks')).body.total).toBe(0);
});

it('hukz listen --as-webhook needs an event that is registered', async () => {
  const args = ['listen', 'unknown.>', '--as-webhook', '--forward-to', kit.receiver.url];
  expect(await runHukz(args, { env: env() })).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^No event is registered for unknown\.>\.\nSee "hukz event list"/),
  });
});
