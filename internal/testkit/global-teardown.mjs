import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Stops the PostgreSQL of the run, and fails if a secret was found where none may be (leaks/watch-leaks.ts). */
// biome-ignore lint/style/noDefaultExport: the form that jest asks for
export default async function teardown() {
  await globalThis.stopTestServer();
  if (!globalThis.leaksAreOwn) return;
  const file = process.env.TESTKIT_LEAKS;
  const found = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  rmSync(dirname(file), { recursive: true });
  if (found.length === 0) return;
  const shown = found.slice(0, 20).map((line) => JSON.parse(line));
  throw new Error(`${found.length} secrets leaked in this run:\n${shown.join('\n')}`);
}
