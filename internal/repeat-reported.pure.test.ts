import { expect, it } from '@jest/globals';
import { repeatReported } from './repeat-reported.js';
import { makeTestLogger } from './testkit/kits/test-logger.js';

/** Runs one round per entry: the message of the error with which the round fails, or null. */
async function logOf(rounds: readonly (string | null)[], fields?: () => Readonly<Record<string, unknown>>) {
  const logger = makeTestLogger();
  const left = [...rounds];
  let end = (): void => undefined;
  const isOver = new Promise<void>((resolve) => {
    end = resolve;
  });
  const round = async () => {
    const failure = left.shift();
    if (failure === undefined) end();
    else if (failure !== null) throw new Error(failure);
  };
  const loop = repeatReported(round, { everyMs: 0, logger, line: 'order.look_failed', ...(fields && { fields }) });
  await isOver;
  await loop.stop();
  return logger.lines.map(({ level, name, fields: its }) => `${level} ${name} ${JSON.stringify(its)}`);
}

it('a failure that lasts is one line, and its end is another', async () => {
  const outage = Array<string>(50).fill('refused');
  expect(await logOf([null, ...outage, null, null, 'refused'])).toEqual([
    'warn order.look_failed {"error":"refused"}',
    'info loop.recovered {"after":"order.look_failed","failures":50}',
    'warn order.look_failed {"error":"refused"}',
    'info loop.recovered {"after":"order.look_failed","failures":1}',
  ]);
});

it('another failure is another line, also one that differs in a field, but not one that was logged before', async () => {
  expect(await logOf(['refused', 'timeout', 'refused', 'timeout'])).toEqual([
    'warn order.look_failed {"error":"refused"}',
    'warn order.look_failed {"error":"timeout"}',
    'info loop.recovered {"after":"order.look_failed","failures":4}',
  ]);
  let round = 0;
  expect(await logOf(['refused', 'refused', 'refused'], () => ({ trusted: round++ < 2 }))).toEqual([
    'warn order.look_failed {"trusted":true,"error":"refused"}',
    'warn order.look_failed {"trusted":false,"error":"refused"}',
    'info loop.recovered {"after":"order.look_failed","failures":3}',
  ]);
});

it('failures that are different each time are ten lines', async () => {
  const lines = await logOf(Array.from({ length: 100 }, (_, n) => `failure ${n}`));
  expect([lines.length, lines.at(-1)]).toEqual([
    11,
    'info loop.recovered {"after":"order.look_failed","failures":100}',
  ]);
});
