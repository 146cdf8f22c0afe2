import { describe, expect, it } from '@jest/globals';
import { repeat } from './repeat.js';
import { eventually } from './testkit/eventually.js';

describe('a repeated round', () => {
  it('is followed by a pause, or by the next round at once if it resolves to true', async () => {
    let rounds = 0;
    const loop = repeat(async () => ++rounds < 5, { everyMs: 60_000, onError: () => undefined });
    await eventually(() => rounds === 5, { what: 'five rounds' });
    loop.wake();
    await eventually(() => rounds === 6, { what: 'the woken round' });
    await loop.stop();
    await loop.stop();
    loop.wake();
    expect(rounds).toBe(6);
  });

  it('never overlaps another; a wake during a round causes one more', async () => {
    let rounds = 0;
    let finish: () => void = () => undefined;
    const loop = repeat(
      () =>
        new Promise<void>((resolve) => {
          rounds++;
          finish = resolve;
        }),
      { everyMs: 60_000, onError: () => undefined },
    );
    loop.wake();
    loop.wake();
    expect(rounds).toBe(1);
    finish();
    await eventually(() => rounds === 2, { what: 'the second round' });
    const stopping = loop.stop();
    finish();
    await stopping;
    expect(rounds).toBe(2);
  });

  it('is followed by the next one after an error', async () => {
    const errors: unknown[] = [];
    const failing = async () => {
      throw new Error('no');
    };
    const loop = repeat(failing, { everyMs: 1, onError: (error) => errors.push(error) });
    await eventually(() => errors.length >= 3, { what: 'three errors' });
    await loop.stop();
  });
});
