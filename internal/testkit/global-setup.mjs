// jest loads a global setup with `require`, which cannot resolve this project's `….js` imports; the hooks can.
import { register } from 'node:module';

register('../../scripts/typescript-hooks.mjs', import.meta.url);

/** Starts one PostgreSQL for the whole run. Test files find it through the environment. */
// biome-ignore lint/style/noDefaultExport: the form that jest asks for
export default async function setup() {
  const { startTestServer } = await import('./servers/test-server.ts');
  const server = await startTestServer();
  process.env.TESTKIT_POSTGRES = JSON.stringify(server.address);
  globalThis.stopTestServer = server.stop;
}
