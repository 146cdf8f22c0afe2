import { expect, it } from '@jest/globals';
import { useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';
import type { StreamSettings } from '../stream-settings.js';
import { Planning } from './planning.js';

const kit = useConfiguredNats();
const settings: StreamSettings = {
  name: 'HUKZ',
  maxAgeMs: 86_400_000,
  maxBytes: 0,
  replicas: 1,
  duplicateWindowMs: 120_000,
  acknowledge: 'off',
  deliverPolicy: 'new',
  maxAckPending: 1000,
};
const NEEDS_MAX_BYTES = `
accounts { A: { jetstream: { max_store: 10MB, max_mem: 10MB, max_bytes_required: true }, users: [{ user: a, password: a }] } }
no_auth_user: a`;

it('the refusal of our stream reaches the event that was tried, also when a look that needs no stream comes between', async () => {
  await kit.serve(NEEDS_MAX_BYTES);
  const server = { connection: kit.nats, manager: kit.jsm };
  let isLooking = false;
  const planning: Planning = new Planning({
    settings,
    catalog: { subjects: () => [], publishOnly: () => [], stamp: () => '1', reload: async () => undefined },
    inboxes: ['_INBOX'],
    // The lock is given back by a statement, during which the next look runs.
    async exclusively(work) {
      const made = await work();
      if (!isLooking) {
        isLooking = true;
        await planning.settle(server);
      }
      return made;
    },
    now: () => performance.now(),
    logger: { error() {}, warn() {}, info() {}, debug() {} },
  });
  const { refusal } = await planning.makeOwn(server, { subjects: () => ['a.b'], publishOnly: () => [] });
  expect(refusal?.message).toMatch(/set STREAM_MAX_BYTES/);
  // The look found that no stream is needed: nothing is degraded.
  expect(planning.own.refusal).toBeUndefined();
});
