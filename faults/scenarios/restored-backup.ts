import { join } from 'node:path';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { untilNothingIsUnacknowledged } from '../world/stream.js';

const BEFORE = 60;
const SINCE = 120;
const AWAY = 30;

export const restoredBackup: Scenario = {
  name: 'restored-backup',
  title: 'the database is restored from a backup: later messages of the stream are read again, under the same ids',
  modes: ['jetstream'],
  async run(site) {
    const { broker, cluster, directory, hooks, publisher, tally } = site;
    const backup = join(directory, 'backup');
    const first = await site.start();
    await site.webhook(first, 'fine', 'a.b');
    await site.webhook(first, 'down', 'a.b');
    hooks.conduct('down', () => ({ status: 503 }));
    await publisher.burst('a.b', BEFORE);
    await untilNothingIsUnacknowledged(broker);
    tally.fault();
    await cluster.halt();
    await cluster.saveTo(backup);
    await cluster.start();
    await publisher.burst('a.b', SINCE);
    await untilNothingIsUnacknowledged(broker);
    const arrived = () => hooks.arrivals.filter(({ webhook, answer }) => webhook === 'fine' && answer === 'success');
    await until(() => arrived().length >= BEFORE + SINCE, 'everything delivered before the restore');
    await first.kill();
    tally.interruption();
    await publisher.burst('a.b', AWAY);
    await cluster.halt();
    await cluster.restoreFrom(backup);
    await cluster.start();
    tally.restored(hooks.arrivals.length);
    hooks.conduct('down', () => ({}));
    const instances = await Promise.all([site.start(), site.start()]);
    tally.healed();
    await untilNothingIsUnacknowledged(broker);
    const lines = instances.flatMap((each) => each.lines).filter((line) => line.includes('"journal.went_back"'));
    if (lines.length !== 1)
      throw new ScenarioFailure(`expected one line about the journal that went back, not ${lines.length}`);
  },
};
