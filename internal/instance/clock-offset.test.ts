import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { useInstanceKit } from '../testkit/per-test/use-instance-kit.js';

const kit = useInstanceKit({});
const HOUR_MS = 3_600_000;
/** A receiver that follows Standard Webhooks allows five minutes. A busy machine needs seconds. */
const TOLERANCE_MS = 30_000;

const wrongBy = (ms: number) => ({
  NODE_OPTIONS: `--import ${new URL('../testkit/wrong-clock.mjs', import.meta.url)}`,
  CLOCK_OFFSET_MS: String(ms),
});
const age = (at: number) => Math.abs(Date.now() - at);

it.each([
  ['an hour ahead', HOUR_MS],
  ['three days behind', -72 * HOUR_MS],
])(
  'an instance whose clock is %s signs, logs and keeps accounts by the clock of the database',
  async (_, ms) => {
    const instance = await kit.start({ ...wrongBy(ms), HUKZ_RETRY_MAX_AGE: '10m' });
    await instance.api.webhook(kit.receiver.url, [await instance.api.event('a.b')]);
    kit.receiver.behave((_request, index) => ({ status: index < 2 ? 500 : 200 }));
    kit.nats.publish('a.b', '{"n":1}');
    const requests = await kit.receiver.waitFor(3, 20_000);
    for (const { headers } of requests) {
      expect(age(Number(headers['webhook-timestamp']) * 1000)).toBeLessThan(TOLERANCE_MS);
    }
    await kit.settled();
    const rows = await kit.ledger.query<{ created_at: Date; received_at: Date }>(
      'select created_at, received_at from webhook_logs',
    );
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect([age(row.created_at.getTime()), age(row.received_at.getTime())].every((each) => each < TOLERANCE_MS)).toBe(
        true,
      );
    }
    const { body: account } = await instance.api.get('/accounting');
    expect(account).toMatchObject({ accepted: 1, delivered: 1, closes: true });
    const { status, body } = await instance.api.get('/health/ready');
    expect(status).toBe(200);
    expect(body.degraded).toEqual([{ reason: 'clock_offset', problem: expect.stringContaining('clock') }]);
    expect(Math.round((await instance.metric('hukz_clock_offset_seconds')) / 60)).toBe(ms / 60_000);
    const told = () => instance.lines.filter((line) => line.includes('"clock.offset"'));
    await eventually(() => told().length > 0, { what: 'a warning' });
    expect(told().map((line) => JSON.parse(line).level)).toEqual(['warn']);
  },
  60_000,
);

it('an instance whose clock is right by seconds says nothing', async () => {
  const instance = await kit.start(wrongBy(5000));
  const { body } = await instance.api.get('/health/ready');
  expect(body.degraded).toBeUndefined();
  expect(instance.lines.filter((line) => line.includes('"clock.offset"'))).toEqual([]);
});
