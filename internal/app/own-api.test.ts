import { expect, it } from '@jest/globals';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const kit = useAppKit();

it('a webhook whose url is the API or /metrics of hukz does not act there as a user', async () => {
  const { api, app, logger } = kit.hukz;
  const eventId = await api.event('own.api');
  const victim = await api.webhook(kit.receiver.url, [eventId]);
  const hints = async () => (await api.get(`/webhooks/${victim}`).expect(200)).body.secrets;
  const before = await hints();

  const attack = { format: 'raw', headers: { 'X-User': '1' } };
  const urls = [
    `http://127.0.0.1:${app.port}/webhooks/${victim}/secret/rotate`,
    `http://127.0.0.1:${app.metricsPort}/metrics`,
  ];
  for (const url of urls) {
    const attacker = await api.webhook(url, [eventId], attack);
    const { body } = await api.post(`/webhooks/${attacker}/test`, { payload: {} }).expect(200);
    expect(body).toMatchObject({ delivered: false, response_status_code: 403 });
  }

  expect(await hints()).toEqual(before);
  const began = logger.lines.filter(({ name }) => name === 'api.refusals_began');
  expect(began.map(({ fields }) => fields.reason)).toEqual(['delivery']);
});
