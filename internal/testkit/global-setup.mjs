// jest loads a global setup with `require`, which cannot resolve this project's `….js` imports; the hooks can.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

register('../../scripts/typescript-hooks.mjs', import.meta.url);

/** Starts one PostgreSQL for the whole run. Test files find it through the environment. */
// biome-ignore lint/style/noDefaultExport: the form that jest asks for
export default async function setup() {
  const { startTestServer } = await import('./servers/test-server.ts');
  const server = await startTestServer();
  process.env.TESTKIT_POSTGRES = JSON.stringify(server.address);
  globalThis.stopTestServer = server.stop;
  // Secrets that are found where none may be (leaks/watch-leaks.ts). scripts/tests.mjs has a file for all its runs.
  globalThis.leaksAreOwn = process.env.TESTKIT_LEAKS === undefined;
  if (!globalThis.leaksAreOwn) return;
  process.env.TESTKIT_LEAKS = join(mkdtempSync(join(tmpdir(), 'hukz-leaks-')), 'found');
  writeFileSync(process.env.TESTKIT_LEAKS, '');
}
