import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';

/** Makes the instance read other names than those of this machine. */
const PRELOAD = new URL('../preload/other-hosts.js', import.meta.url);
const SHUT = [
  ...['169.254.169.254', '100.100.100.200', 'fd20:ce::254', 'fd00:ec2::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42'],
  ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a9fe:a9fe', '2001:db8:64::a9fe:a9fe'],
];
const HOSTS = ['127.0.0.1 receiver.test', ...SHUT.map((address, n) => `${address} metadata-${n}.test`)].join('\n');
const MIXED = 'the host name has an address that is not public; EGRESS_ALLOW_CIDRS can allow it';
const NAT64 = { HUKZ_EGRESS_NAT64_PREFIXES: '2001:db8:64::/96' };
const MODES: readonly Readonly<Record<string, string>>[] = [
  { HUKZ_MODE: 'development', ...NAT64 },
  { HUKZ_MODE: 'production', HUKZ_EGRESS_ALLOW_CIDRS: '0.0.0.0/0,::/0', ...NAT64 },
];

export const metadataStaysShut: Scenario = {
  name: 'metadata-stays-shut',
  title: 'metadata services are reached by no address, name or NAT64, in development and where every range is open',
  modes: ['core'],
  async run({ publisher, tally, cluster, hooks, directory, ...site }) {
    const FAULTS_HOSTS = join(directory, 'hosts');
    await writeFile(FAULTS_HOSTS, HOSTS);
    const nodeArgs = ['--import', fileURLToPath(PRELOAD)];
    const instances = await Promise.all(MODES.map((env) => site.start({ env: { ...env, FAULTS_HOSTS }, nodeArgs })));
    const [first] = instances;
    if (!first) throw new ScenarioFailure('no instance');
    for (const instance of instances) for (const address of SHUT) await requireRefusal(instance, address);

    await site.webhook(first, 'fine', 'a.b');
    const [event] = (await first.api.get('/events')).body.nodes;
    await first.api.webhook(hooks.urlOf('named').replace('127.0.0.1', 'receiver.test'), [event.id]);
    site.expect('named', 'a.b');
    const ids = await Promise.all(SHUT.map((_, n) => first.api.webhook(`http://metadata-${n}.test/`, [event.id])));
    const all = ids.length + 2;
    for (const instance of instances) {
      await until(async () => (await instance.metric('hukz_catalog_webhooks')) === all, 'all webhooks loaded');
      for (const id of ids) await requireShut(instance, id);
    }

    tally.fault();
    await publisher.burst('a.b', 1);
    tally.expectDead(ids.length);
    const dead = () => cluster.query(`select from dead_letters where because = 'forbidden_address'`);
    await until(async () => (await dead()).length === ids.length, 'each delivery to a metadata service given up');
    tally.healed();
  },
};

async function requireRefusal({ api }: Instance, address: string): Promise<void> {
  const url = `http://${address.includes(':') ? `[${address}]` : address}/latest/meta-data/`;
  const { status } = await api.post('/webhooks', { url, event_ids: [] });
  if (status !== 422) throw new ScenarioFailure(`${url} was answered with ${status} when it was registered`);
}

/** A test call is sent by the asked instance, whereas a delivery is sent by either. */
async function requireShut({ api }: Instance, id: number): Promise<void> {
  const { body } = await api.post(`/webhooks/${id}/test`);
  if (body.error !== MIXED)
    throw new ScenarioFailure(`a test call of webhook ${id} ended with ${JSON.stringify(body)}`);
}
