import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readKeys } from './keys.js';

function makeTerminal(isTTY: boolean) {
  const modes: boolean[] = [];
  const stream = new PassThrough();
  const setRawMode = (on: boolean) => void modes.push(on);
  return { modes, stream, terminal: Object.assign(stream, { isTTY, setRawMode }) as never };
}

describe('keys', () => {
  it('call their functions, until they are not read any more', async () => {
    const pressed: string[] = [];
    const { modes, stream, terminal } = makeTerminal(true);
    const restore = readKeys(terminal, { r: () => void pressed.push('r'), q: () => void pressed.push('q') });
    stream.write('rx');
    stream.write('q');
    expect(pressed).toEqual(['r', 'q']);
    restore();
    stream.write('r');
    expect(pressed).toEqual(['r', 'q']);
    expect(modes).toEqual([true, false]);
  });

  it('are not read without a terminal', () => {
    const { modes, stream, terminal } = makeTerminal(false);
    const restore = readKeys(terminal, {
      r: () => {
        throw new Error('a key was read');
      },
    });
    stream.write('r');
    restore();
    expect(modes).toEqual([]);
  });
});
