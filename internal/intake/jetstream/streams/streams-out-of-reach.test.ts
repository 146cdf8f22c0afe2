import { expect, it } from '@jest/globals';
import { eventually } from '../../../testkit/eventually.js';
import { linesOf, readinessOf, useConfiguredNats } from '../../../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();

const forbidding = (subject: string) => `
authorization { users: [
  { user: hukz, password: pw, permissions: { publish: { deny: ["${subject}"] } } }
  { user: all, password: pw }
] }
no_auth_user: all`;
const LOGIN = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };

it('streams that cannot be listed any more are reported in lines that do not repeat, and an event is refused with a reason', async () => {
  await kit.serve(forbidding('not.this'));
  const app = await kit.start(LOGIN);
  await app.api.event('a.b');
  await kit.reload(forbidding('$JS.API.STREAM.LIST'));
  const problems = async () => JSON.stringify((await readinessOf(app)).degraded);
  const isTold = async () => (await problems()).includes('streams cannot be looked at');
  await eventually(isTold, { what: 'the degradation', timeoutMs: 50_000 });
  const made = await app.api.post('/events', { name: 'x', event: 'c.d' });
  expect([422, 503]).toContain(made.status);
  expect(made.body.errors[0].message).toMatch(/lacks a permission|JetStream/);
  const repeated = linesOf(app, 'stream.look_failed').map(({ fields }) => JSON.stringify(fields));
  expect(new Set(repeated).size).toBe(repeated.length);
  expect(linesOf(app, 'catalog.refresh_failed').length).toBeLessThan(3);
}, 80_000);
