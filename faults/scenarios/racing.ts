import { eventually } from '../../internal/testkit/eventually.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';

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
  // What has failed once belongs to nobody until it is due; then all instances run for it.
  hooks.conduct('fine', () => ({ status: isOver ? 200 : 503 }));
  await publisher.burst('a.b', MESSAGES);
  await eventually(() => hooks.arrivals.length >= MESSAGES, { what: 'all tried once', timeoutMs: 15_000 });
  isOver = true;
  tally.fault();
  const load = publisher.load(['a.b'], 200);
  const isDone = () => hooks.arrivals.filter(({ answer }) => answer === 'success').length >= MESSAGES;
  await eventually(isDone, { what: 'all arrived', timeoutMs: 15_000 });
  tally.healed();
  await load.stop();
}
