import { describe, expect, it } from '@jest/globals';
import { Interruptions } from './interruptions.js';

function makeMember(name: string, interrupted: string[]) {
  return { seat: 0, interrupt: () => void interrupted.push(name) };
}

describe('interruptions', () => {
  it('reach all that have joined under the signal and not left', () => {
    const interrupted: string[] = [];
    const abort = new AbortController();
    const interruptions = new Interruptions();
    const group = interruptions.under(abort.signal);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => makeMember(name, interrupted));
    for (const member of [a!, b!, c!, d!]) group.join(member);
    group.leave(a!);
    group.leave(d!);
    expect(interruptions.under(abort.signal)).toBe(group);
    abort.abort();
    expect(interrupted.sort()).toEqual(['b', 'c']);
  });

  it('allow members to leave while they are notified', () => {
    const interrupted: string[] = [];
    const abort = new AbortController();
    const group = new Interruptions().under(abort.signal);
    for (const name of ['a', 'b', 'c']) {
      const member = {
        seat: 0,
        interrupt() {
          interrupted.push(name);
          group.leave(member);
        },
      };
      group.join(member);
    }
    abort.abort();
    expect(interrupted).toEqual(['a', 'b', 'c']);
  });
});
