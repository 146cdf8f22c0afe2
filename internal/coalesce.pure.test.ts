import { expect, it } from '@jest/globals';
import { coalesce } from './coalesce.js';

it('gives every caller a run that begins after the call, and never runs two at the same time', async () => {
  const runs: { finish(): void; fail(): void }[] = [];
  const ask = coalesce(
    () =>
      new Promise<void>((resolve, reject) => {
        runs.push({ finish: resolve, fail: () => reject(new Error('no')) });
      }),
  );
  const first = ask();
  const others = [ask(), ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]?.fail();
  await expect(first).rejects.toThrow('no');
  await new Promise(setImmediate);
  expect(runs).toHaveLength(2);
  const late = ask();
  runs[1]?.finish();
  await Promise.all(others);
  await new Promise(setImmediate);
  expect(runs).toHaveLength(3);
  runs[2]?.finish();
  await late;
});
