import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const WEBHOOKS = 1000;
const MESSAGES = 10;

/** The number decides: 50 of 1,000 webhooks never answer, and 50 cut the connection. */
const isHanging = (n: number) => n % 20 === 0;
const isCutting = (n: number) => n % 20 === 1;

export const deadWebhooks: Scenario = {
  name: 'dead-webhooks',
  title: '100 of 1,000 webhooks dead or hanging: the others get all deliveries in time',
  weight: 2,
  async run({ cluster, hooks, publisher, tally, ...site }) {
    const names = Array.from({ length: WEBHOOKS }, (_, n) => `w${n}`);
    await cluster.query(
      `with event as (insert into events (created_by_id, updated_by_id, name, event) values (1, 1, '', 'a.b') returning id),
         made as (
           insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id)
           select 1, 1, '', url, true, '{}', 0 from unnest($1::text[]) as url returning id
         )
       insert into webhook_events select made.id, event.id from made, event`,
      [names.map(hooks.urlOf)],
    );
    for (const name of names) site.expect(name, 'a.b');
    let isOver = false;
    for (const [n, name] of names.entries()) {
      if (isHanging(n)) hooks.conduct(name, () => ({ hang: !isOver }));
      if (isCutting(n)) hooks.conduct(name, () => ({ cut: !isOver }));
    }
    await site.start({ env: { HUKZ_REQUEST_TIMEOUT: '10s' } });
    tally.fault();
    await publisher.burst('a.b', MESSAGES);
    const healthy = WEBHOOKS * 0.9 * MESSAGES;
    const arrived = () => hooks.arrivals.filter(({ answer }) => answer === 'success').length >= healthy;
    await until(arrived, 'everything at the healthy 900');
    isOver = true;
    tally.healed();
  },
};
