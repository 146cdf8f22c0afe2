import { expect, it } from '@jest/globals';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const kit = useAppKit({}, 2);

it('a webhook sends by the defaults of its space, in every instance and from their change on', async () => {
  const { api } = kit.hukz;
  const event = await api.event('defaults.of.a.space');
  await api.post('/spaces', { id: 7, defaults: { method: 'PUT', headers: { 'X-Team': 'a' } } }).expect(201);
  const settings = { space_id: 7 };
  const plain = await api.webhook(`${kit.receiver.url}/plain`, [event], settings);
  await api.webhook(`${kit.receiver.url}/own`, [event], { ...settings, method: 'PATCH' });
  await api.webhook(`${kit.receiver.url}/elsewhere`, [event], { space_id: 8 });
  const publish = async (instance: typeof kit.hukz, count: number) => {
    await instance.api.post('/messages', { event: 'defaults.of.a.space', payload: {} }).expect(202);
    const requests = (await kit.receiver.waitFor(count)).slice(-3);
    return requests.map(({ url, method, headers }) => [url, method, headers['x-team']]).sort();
  };
  const first = [
    ['/elsewhere', 'POST', undefined],
    ['/own', 'PATCH', 'a'],
    ['/plain', 'PUT', 'a'],
  ];
  expect(await publish(kit.hukz, 3)).toEqual(first);
  // The journal stores nothing that was matched by an older catalog, so the other instance knows the space by then.
  expect(await publish(kit.other, 6)).toEqual(first);
  await api.patch('/spaces/7', { defaults: { method: null, headers: { 'X-Team': 'b' }, format: 'raw' } }).expect(200);
  const second = [
    ['/elsewhere', 'POST', undefined],
    ['/own', 'PATCH', 'b'],
    ['/plain', 'POST', 'b'],
  ];
  expect(await publish(kit.hukz, 9)).toEqual(second);
  expect(await publish(kit.other, 12)).toEqual(second);
  expect(
    kit.receiver.requests
      .filter(({ url }) => url === '/plain')
      .at(-1)
      ?.body.toString(),
  ).toBe('{}');
  const { body } = await kit.other.api.get(`/webhooks/${plain}?settings=effective`).expect(200);
  expect(body.effective).toMatchObject({
    format: { value: 'raw', source: 'space' },
    timeout: { value: '15s', source: 'configuration' },
  });
});
