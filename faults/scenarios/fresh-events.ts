import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const EVENTS = 30;
const EACH = 5;

export const freshEvents: Scenario = {
  name: 'fresh-events',
  title: 'a message of an event that the other instance has not loaded yet is not discarded',
  async run({ cluster, publisher, tally, ...site }) {
    const [one] = [await site.start(), await site.start()];
    await site.webhook(one, 'fine', 'steady.one');
    for (let n = 0; n < EVENTS; n++) {
      await one.api.event(`fresh.e${n}`);
      tally.fault();
      await publisher.burst(`fresh.e${n}`, EACH);
    }
    tally.healed();
    await publisher.burst('steady.one', EACH);
    const promised = publisher.published.filter(({ acknowledged }) => acknowledged).length;
    const areStored = async () => (await cluster.query('select from messages')).length >= promised;
    await until(areStored, `${promised} acknowledged messages stored`);
  },
};
