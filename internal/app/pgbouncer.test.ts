import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { INSTANCES, PerTestKit, usePerTestKit } from '../testkit/per-test/per-test-kit.js';
import { findPgBouncer, startPgBouncer } from '../testkit/servers/pgbouncer.js';

const program = findPgBouncer() ?? '';
const kit = usePerTestKit(new PerTestKit(INSTANCES, {}));

async function pooled(settings: Readonly<Record<string, string>>) {
  const bouncer = await startPgBouncer(program, kit.database.settings, settings);
  kit.atEnd(bouncer.stop);
  return { settings: { ...kit.database.settings, host: '127.0.0.1', port: bouncer.port } };
}

(program ? describe : describe.skip)('behind PgBouncer (skipped where none is installed)', () => {
  it.each([
    ['refused, as by default', {}],
    ['ignored', { ignore_startup_parameters: 'extra_float_digits,statement_timeout,lock_timeout,options' }],
  ])(
    'session pooling works, startup parameters %s',
    async (_how, settings: Readonly<Record<string, string>>) => {
      const database = await pooled({ pool_mode: 'session', ...settings });
      const [first, second] = [await kit.start({}, { database }), await kit.start({}, { database })];
      await first.api.webhook(kit.receiver.url, [await first.api.event('a.b')]);
      // The other instance learns of the webhook by a notification.
      const knows = async () => (await second.metric('hukz_catalog_webhooks')) === 1;
      await eventually(knows, { what: 'both instances know the webhook', timeoutMs: 15_000 });
      for (let n = 0; n < 200; n++) kit.nats.publish('a.b', `{"n":${n}}`);
      await eventually(() => kit.receiver.requests.length >= 200, { what: '200 requests', timeoutMs: 30_000 });
      expect(kit.receiver.requests).toHaveLength(200);
    },
    90_000,
  );

  it.each(['transaction', 'statement'])(
    '%s pooling is refused at the start, in a sentence',
    async (mode) => {
      const problem = await kit.start({}, { database: await pooled({ pool_mode: mode }) }).catch(String);
      expect(problem).toContain('shares its sessions among clients');
      expect(problem).toContain('pool_mode = session');
    },
    60_000,
  );
});
