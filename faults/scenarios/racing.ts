import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';

const MESSAGES = 400;

export const twoRacing: Scenario = {
  name: 'two-racing',
  title: 'two instances start at once and race for the same deliveries: each is sent once',
  run: (site) => race(site, 2),
};

export const tenRacing: Scenario = {
  name: 'ten-racing',
  title: 'ten instances start at once and race for the same deliveries: each is sent once',
  weight: 3,
  run: (site) => race(site, 10),
};

async function race({ hooks, publisher, tally, ...site }: Site, count: number): Promise<void> {
  tally.fault();
  const instances = await Promise.all(Array.from({ length: count }, () => site.start()));
  const [first] = instances;
  if (!first) return;
  let isOver = false;
  await site.webhook(first, 'fine', 'a.b');
  // A delivery that has failed once has no owner until it is due; then all instances try to claim it.
  hooks.conduct('fine', () => ({ status: isOver ? 200 : 503 }));
  await publisher.burst('a.b', MESSAGES);
  await until(() => hooks.arrivals.length >= MESSAGES, 'all tried once');
  isOver = true;
  tally.fault();
  const load = publisher.load(['a.b'], 200);
  const isDone = () => hooks.arrivals.filter(({ answer }) => answer === 'success').length >= MESSAGES;
  await until(isDone, 'all arrived');
  tally.healed();
  await load.stop();
}
