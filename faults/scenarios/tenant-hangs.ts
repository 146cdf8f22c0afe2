import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { makeGate } from '../world/conducts.js';

const SLOTS = '64';
/** This is more than two instances have slots. */
const HANGING = 150;
const QUICK = 20;
const MESSAGES = 5;
/** A quarter of the time after which a hanging request releases its slot. */
const SOON_MS = 15_000;

export const tenantHangs: Scenario = {
  name: 'tenant-hangs',
  title: 'a tenant with more hanging webhooks than there are slots delays no other tenant, also after kill -9',
  mayLose: ['core'],
  isDeadly: true,
  weight: 2,
  async run({ cluster, hooks, publisher, tally, ...site }) {
    const names = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}${n}`);
    const [hanging, quick] = [names('hanging', HANGING), names('quick', QUICK)];
    await cluster.query(
      `with event as (insert into events (created_by_id, updated_by_id, name, event) values (1, 1, '', 'a.b') returning id),
         made as (
           insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id, own_settings)
           select owner, owner, '', url, true, '{}', owner, '{"version":2,"breaker":"off"}'
           from unnest($1::text[], $2::int[]) as given(url, owner) returning id
         )
       insert into webhook_events select made.id, event.id from made, event`,
      [[...hanging, ...quick].map(hooks.urlOf), [...hanging.map(() => 7), ...quick.map(() => 1)]],
    );
    const gate = makeGate();
    for (const name of hanging) hooks.conduct(name, gate.conduct);
    for (const name of [...hanging, ...quick]) site.expect(name, 'a.b');
    const settings = { env: { HUKZ_MAX_IN_FLIGHT: SLOTS, HUKZ_ALLOW_BREAKER_OFF: 'true' } };
    const [, second] = [await site.start(settings), await site.start(settings)];
    const untilTheQuickHave = (messages: number) =>
      until(
        () => hooks.arrivals.filter(({ webhook }) => webhook.startsWith('quick')).length >= QUICK * messages,
        `${messages} messages at each webhook of the others, while ${hooks.unanswered} requests hang`,
        SOON_MS,
      );

    tally.fault();
    await publisher.burst('a.b', MESSAGES);
    await untilTheQuickHave(MESSAGES);
    tally.interruption();
    await second.kill();
    await publisher.burst('a.b', MESSAGES);
    await untilTheQuickHave(2 * MESSAGES);
    gate.open();
    tally.healed();
  },
};
