import { expect, it } from '@jest/globals';
import { Hukz } from 'hukz-client';
import { runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
const env = () => ({ HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' });

it('hukz explain and hukz webhook filter test say what fires, and why', async () => {
  const hukz = new Hukz({ url: env().HUKZ_URL, user: 1 });
  const { id } = await hukz.events.create({ event: 'order.paid' });
  const filter = { data: { order: { amount: { $gte: 100 } } } };
  await hukz.webhooks.create({ url: kit.receiver.url, key: 'all', event_ids: [id] });
  await hukz.webhooks.create({ url: kit.receiver.url, key: 'large', event_ids: [id], filter });
  const lines = [
    'explain --help',
    'explain order.paid {"order":{"amount":99}}',
    'explain order.paid {"order":{"amount":100.00}} --fires --columns id,fires,found',
    'explain order.paid --webhook key:large',
    'explain order.paid --header Hukz-Tag:team:a --no-fires --columns id,because',
    'explain order.paid --header Hukz-Delay:soon --columns id,because',
    'explain order.made --columns id,because',
    'explain',
    'explain order.paid --message 1',
    'explain order.paid --header x',
    'explain order.paid --webhook key:none',
    'webhook filter test key:large --help',
    'webhook filter test key:large --columns looked_at,would_match,samples',
    'webhook filter test key:large {"data":',
    'webhook filter test key:large {"data":{"a":{"$gtee":1}}}',
  ];
  expect(await transcriptOf(lines, { env: env() })).toMatchSnapshot();
});

it('the client explains messages that exist and those that do not, and tries filters', async () => {
  const hukz = new Hukz({ url: env().HUKZ_URL, user: 1 });
  const exact = '{"order":{"amount":100.0000000000000000001}}';
  const { webhooks, subject_registered } = await hukz.explain({ subject: 'order.paid', payload: exact, fires: true });
  expect([webhooks.map(({ key }) => key), subject_registered]).toEqual([['all', 'large'], true]);
  const sent = await hukz.messages.publish({ event: 'order.paid', payload: { order: { amount: 7 } } });
  const message = sent.message_id ?? '';
  const stored = await hukz.messages.explain(message, { limit: 100 });
  expect(stored.webhooks.map(({ key, fires, owed }) => [key, fires, owed !== null])).toEqual([
    ['all', true, true],
    ['large', false, false],
  ]);
  const tried = await hukz.webhooks.testFilter('key:large', {
    filter: { data: { order: { amount: 7 } } },
    since: '1h',
  });
  const sample = { message_id: message, fires: true, because: 'filter', at: '/order/amount' };
  expect(tried).toEqual({ looked_at: 1, would_match: 1, samples: [sample] });
  const shown = await runHukz(['explain', '--message', message, '-o', 'json'], { env: env() });
  expect(JSON.parse(shown.stdout)).toMatchObject([{ key: 'all' }, { key: 'large', found: 7 }]);
});
