import { expect, it } from '@jest/globals';
import { useConfiguredNats } from '../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

it('in production, users of the API read that a stream is refused, and operators read what the server said', async () => {
  await kit.serve();
  const first = await kit.start();
  const id = await first.api.event('a.b');
  await kit.stopLast();
  await kit.jsm.streams.delete('HUKZ');
  const token = 'a-token-of-the-operator';
  // A single server keeps one copy.
  const app = await kit.start({
    HUKZ_MODE: 'production',
    HUKZ_METRICS_TOKEN: token,
    HUKZ_STREAM_REPLICAS: '3',
  });
  const refused = { reason: 'stream_refused', problem: 'NATS refuses to make or change the stream.' };
  expect((await app.api.get(`/events/${id}`)).body.degraded).toEqual(refused);
  expect((await app.api.get('/events')).body.nodes[0].degraded).toEqual(refused);
  const { body } = await app.api.get('/health/ready').set('authorization', `Bearer ${token}`);
  expect(body.degraded).toEqual([
    { event: 'a.b', reason: 'stream_refused', problem: expect.stringMatching(/replicas/i) },
    { reason: 'secrets_not_encrypted', problem: expect.stringContaining('ENCRYPTION_KEYS is empty') },
  ]);
});
