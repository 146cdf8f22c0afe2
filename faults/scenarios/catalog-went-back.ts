import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';
import { keepState } from '../world/set-back.js';

const AFTER_MS = 2000;

/**
 * These changes differ from the lost ones: the same id belongs to another receiver, and there are more versions than
 * were lost.
 */
const MAKE_AGAIN = `insert into webhooks (name, url, enabled, space_id, created_by_id, updated_by_id) values ('again', $1, true, 0, 1, 1)`;
const GIVE_EVENT = `insert into webhook_events (webhook_id, event_id)
  select w.id, e.id from webhooks w, events e where w.name = 'again' and e.event = 'a.b'`;
const OVERTAKE = `update webhooks set updated_at = now() where name = 'again'`;

export const catalogWentBack: Scenario = {
  name: 'catalog-went-back',
  title: 'failover to a standby that lacked the last changes of the catalog, and more changes there',
  mayLose: ['core'],
  async run({ cluster, hooks, publisher, tally, toDatabase, ...site }) {
    const instances = [await site.start(), await site.start()];
    const [one] = instances;
    if (!one) return;
    const kept = await site.webhook(one, 'kept', 'a.b');
    await site.webhook(one, 'early', 'c.d');
    await publisher.burst('c.d', 20);
    await until(() => hooks.arrivals.length === 20, 'what was published before');
    await until(async () => (await cluster.query('select 1 from deliveries')).length === 0, 'nothing is owed');
    const standby = await keepState(cluster);
    const { nodes } = await answered(one, '/webhooks');
    if (nodes.length !== 2) throw new ScenarioFailure(`${nodes.length} webhooks before the failover`);
    const event = (await answered(one, `/webhooks/${kept}`)).events[0]?.id ?? 0;
    const lost = await one.api.webhook(hooks.urlOf('lost'), [event]);
    await one.api.event('lost.event');
    const know = async (count: number) => {
      const known = await Promise.all(instances.map((each) => each.metric('hukz_catalog_webhooks')));
      return known.every((webhooks) => webhooks === count);
    };
    await until(() => know(3), 'both know the webhook that will be lost');
    tally.fault();
    toDatabase.refuse();
    await standby.replace();
    await cluster.start();
    await cluster.query(MAKE_AGAIN, [hooks.urlOf('again')]);
    await cluster.query(GIVE_EVENT);
    for (let n = 0; n < 5; n++) await cluster.query(OVERTAKE);
    const [again] = await cluster.query<{ id: number }>(`select id from webhooks where name = 'again'`);
    if (again?.id !== lost) throw new ScenarioFailure(`the id ${lost} was not used again, but ${again?.id}`);
    site.expect('again', 'a.b');
    toDatabase.pass();
    const load = publisher.load(['a.b'], 50);
    const noticed = () => instances.every(({ lines }) => lines.some((line) => line.includes('"catalog.went_back"')));
    await until(noticed, 'both instances notice that the catalog went back');
    tally.healed();
    await sleep(AFTER_MS);
    await load.stop();
    const misled = hooks.arrivals.filter(({ webhook }) => webhook === 'lost').length;
    if (misled > 0) throw new ScenarioFailure(`${misled} requests went to a webhook that the database does not have`);
  },
};

interface Found {
  readonly nodes: readonly unknown[];
  readonly events: readonly { readonly id: number }[];
}

/** The answer of the API, once the instance is connected to the database again. */
async function answered({ api }: Instance, path: string): Promise<Found> {
  const answers: Found[] = [];
  await until(async () => {
    const { status, body } = await api.get(path);
    return status === 200 && answers.push(body as Found) > 0;
  }, `an answer to ${path}`);
  return answers[0] ?? { nodes: [], events: [] };
}
