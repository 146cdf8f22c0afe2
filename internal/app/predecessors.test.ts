import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { useInstanceKit } from '../testkit/per-test/use-instance-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

/** The timeout is longer than any test here, so that no delivery is released because of silence. */
const kit = useInstanceKit({ HUKZ_INSTANCE_TIMEOUT: '10m' });
const NAME = { HUKZ_INSTANCE_NAME: 'hukz-0' };
const MESSAGES = 20;

/** Kills an instance with residents, in a container whose processes the next instance cannot see. */
async function dieHolding(settings: Readonly<Record<string, string>>): Promise<void> {
  const first = await kit.start(settings);
  await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
  kit.receiver.behave({ hang: true });
  const asked = Array.from({ length: MESSAGES }, (_, n) =>
    requestReceipt(kit.nats, { subject: 'a.b', payload: JSON.stringify({ n }) }),
  );
  await Promise.all(asked);
  await kit.receiver.waitFor(MESSAGES);
  // Workers whose parent is gone would wait for their requests. The end of a container ends them too.
  for (const pid of workersOf(first.lines)) process.kill(pid, 'SIGKILL');
  await first.kill();
  await kit.ledger.query("update instances set place = 'another container'");
  kit.receiver.behave({});
}
const workersOf = (lines: readonly string[]) =>
  lines
    .filter((line) => line.includes('"worker.started"'))
    .map((line) => (JSON.parse(line) as { worker: number }).worker);
const burials = (lines: readonly string[]) => lines.filter((line) => line.includes('"instance.buried"'));
const instances = () => kit.ledger.query<{ name: string | null }>('select name from instances order by name');

it.each([
  ['an instance', NAME],
  ['workers', { ...NAME, HUKZ_WORKERS: '2' }],
])(
  'what %s held that was killed is sent as soon as its successor of the same name starts',
  async (_, settings) => {
    await dieHolding(settings);
    const successor = await kit.start(settings);
    await kit.settled();
    expect(await kit.ledger.account()).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES });
    expect((await kit.ledger.logged('interrupted')).size).toBe(MESSAGES);
    expect(burials(successor.lines)).toEqual([
      expect.stringContaining('an instance of the same INSTANCE_NAME has started'),
    ]);
    expect(new Set((await instances()).map(({ name }) => name))).toEqual(new Set(['hukz-0']));
  },
  60_000,
);

it('an instance of another name, or of none, is left alone', async () => {
  await kit.start({ HUKZ_INSTANCE_NAME: 'hukz-1' });
  await kit.start();
  await kit.ledger.query("update instances set place = 'another container'");
  const named = await kit.start(NAME);
  expect(burials(named.lines)).toEqual([]);
  expect(await instances()).toEqual([{ name: 'hukz-0' }, { name: 'hukz-1' }, { name: null }]);
});

it('one that lives although its successor has started finds that it was declared dead, and works on', async () => {
  const settings = { ...NAME, HUKZ_INSTANCE_TIMEOUT: '2s' };
  const elder = await kit.start(settings);
  await elder.api.webhook(kit.receiver.url, [await elder.api.event('a.b')]);
  await kit.start(settings);
  const isTold = () => elder.lines.some((line) => line.includes('"instance.declared_dead"'));
  await eventually(isTold, { what: 'the elder knows', timeoutMs: 10_000 });
  expect(await instances()).toEqual([{ name: 'hukz-0' }, { name: 'hukz-0' }]);
  await requestReceipt(kit.nats, { subject: 'a.b', payload: '{"n":1}' });
  await kit.settled();
  expect(kit.numbersReceived()).toEqual([1]);
});

it('a new instance takes none for silent before each could send a heartbeat by the time that it sees', async () => {
  const elder = await kit.start();
  // The clock of the database was set, or the database was away.
  await kit.ledger.query("update instances set place = 'another machine', seen_at = seen_at - interval '1 hour'");
  const before = await kit.ledger.query('select id from instances');
  const newcomer = await kit.start();
  await newcomer.api.webhook(kit.receiver.url, [await newcomer.api.event('a.b')]);
  await requestReceipt(kit.nats, { subject: 'a.b', payload: '{"n":1}' });
  await kit.settled();
  expect(burials(newcomer.lines)).toEqual([]);
  expect(await kit.ledger.query('select id from instances')).toEqual(expect.arrayContaining([...before]));
  expect(elder.lines.some((line) => line.includes('"instance.declared_dead"'))).toBe(false);
});
