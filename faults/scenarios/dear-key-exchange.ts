import { dhParameters } from '../../internal/testkit/dh-parameters.js';
import { makeRsaPair } from '../../internal/testkit/servers/certificates.js';
import { startRawReceiver } from '../../internal/testkit/servers/raw-receiver.js';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const MESSAGES = 20;
const TRIES = 3;
const REFUSED =
  'the receiver refuses the TLS handshake (handshake failure): hukz offers key exchange by ECDHE on X25519, P-256, P-384 and P-521';

export const dearKeyExchange: Scenario = {
  name: 'dear-key-exchange',
  title: 'a receiver that offers only DHE with 8192 bits is refused with a sentence; the others get all deliveries',
  async run({ cluster, publisher, tally, endings, ...site }) {
    const group = {
      maxVersion: 'TLSv1.2',
      ciphers: 'DHE-RSA-AES128-GCM-SHA256',
      dhparam: dhParameters('modp18'),
    } as const;
    const receiver = await startRawReceiver((socket) => void socket.end(), { ...makeRsaPair(), ...group });
    endings.add(() => receiver.stop());
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const [event] = (await instance.api.get('/events')).body.nodes;
    const settings = { tls: { insecure: true }, retry: { schedule: Array(TRIES - 1).fill('10ms') } };
    const dear = await instance.api.webhook(receiver.url, [event.id], settings);
    await until(async () => (await instance.metric('hukz_catalog_webhooks')) === 2, 'both webhooks loaded');

    tally.fault();
    await publisher.burst('a.b', MESSAGES);
    tally.expectDead(MESSAGES);
    const attempts = () =>
      cluster.query<{ error: string }>('select error from webhook_logs where webhook_id = $1', [dear]);
    await until(async () => (await attempts()).length === MESSAGES * TRIES, 'each attempt at the receiver in the log');
    const other = (await attempts()).find(({ error }) => error !== REFUSED);
    if (other) throw new ScenarioFailure(`an attempt was not refused: ${other.error}`);
    tally.healed();
  },
};
