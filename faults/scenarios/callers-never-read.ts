import { connect, type Socket } from 'node:net';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';

const CALLERS = 150;
const ANSWER_TIMEOUT_MS = 5000;
/**
 * Space 7 contains webhooks with the largest tags that events may have (12 KiB): 72 MB in total, of which a page has 16
 * MiB. Space 8 contains a page of webhooks with the largest settings (160 KB).
 */
const LARGE = `
  with tags as (
    select jsonb_object_agg(rpad(n::text, 64, 'k'), repeat('v', 256)) as tags from generate_series(1, 32) n
  ), events as (
    insert into events (created_by_id, updated_by_id, name, event, tags)
    select 1, 1, '', 'large.e' || n, tags.tags from tags, generate_series(1, 500) n returning id
  ), webhooks as (
    insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id)
    select 1, 1, '', 'http://127.0.0.1:1/', true, '{}', 7 from generate_series(1, 12) returning id
  ), headers as (
    select jsonb_object_agg('x-' || n, repeat('v', 4096)) as headers from generate_series(1, 20) n
  ), others as (
    insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id, own_settings)
    select 1, 1, '', 'http://127.0.0.1:1/', true, '{}', 8,
      jsonb_build_object('version', 2, 'headers', headers, 'tls',
        jsonb_build_object('ca', repeat('a', 65536), 'certificate', repeat('b', 16384)))
    from headers, generate_series(1, 100)
  )
  insert into webhook_events select webhooks.id, events.id from webhooks, events`;
/** One such page per caller is 2.4 GB in total. */
const MAX_GROWN_MB = 400;

export const callersNeverRead: Scenario = {
  name: 'callers-never-read',
  title: 'callers request the largest lists and never read: memory stays flat, others are answered, deliveries arrive',
  weight: 2,
  async run({ cluster, publisher, tally, endings, ...site }) {
    await cluster.query(LARGE);
    const instance = await site.start({ env: { HUKZ_ANSWER_TIMEOUT: `${ANSWER_TIMEOUT_MS}ms` } });
    await site.webhook(instance, 'fine', 'a.b');
    const before = await instance.megabytes();

    tally.fault();
    const load = publisher.load(['a.b'], 20);
    const callers = Array.from({ length: CALLERS }, (_, n) => askWithoutReading(instance, 7 + (n % 2)));
    endings.add(async () => {
      for (const caller of callers) caller.destroy();
    });
    let most = before;
    const areAllCut = async () => {
      most = Math.max(most, await instance.megabytes());
      const { status } = await instance.api.get('/webhooks?limit=1&tag=none:such');
      if (status !== 200 && status !== 503) throw new ScenarioFailure(`another caller got status ${status}`);
      const open = callers.filter(({ destroyed }) => !destroyed);
      // A socket that is never read detects that it was closed only when it writes.
      for (const caller of open) caller.write('\r\n');
      return open.length === 0;
    };
    await until(areAllCut, 'the connections of all callers that never read closed');
    if (most - before > MAX_GROWN_MB)
      throw new ScenarioFailure(`memory grew from ${before.toFixed(0)} to ${most.toFixed(0)} MB`);
    tally.healed();
    await load.stop();
  },
};

function askWithoutReading({ port }: Instance, space: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  const head = 'Host: 127.0.0.1\r\nX-User: 1\r\nConnection: close';
  socket.write(`GET /webhooks/space/${space}?limit=100 HTTP/1.1\r\n${head}\r\n\r\n`);
  return socket;
}
