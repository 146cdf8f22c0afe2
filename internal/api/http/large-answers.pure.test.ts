import { beforeEach, describe, expect, it } from '@jest/globals';
import { LargeAnswers } from './large-answers.js';

const [ME, OTHER, THIRD] = ['user:1', 'user:2', 'user:3'] as const;
let now: number;
let cuts: number;
let ended: string[];

beforeEach(() => {
  [now, cuts, ended] = [0, 0, []];
});

function makeAnswers(max: number) {
  const answers = new LargeAnswers(
    () => now,
    () => cuts++,
    max,
  );
  return (caller: string, name: string, mayBeRefused = true) =>
    answers.enter({ caller, mayBeRefused, cut: () => ended.push(name) });
}

describe('one large answer more', () => {
  it('of the same caller ends the one that has been unread for longest', () => {
    const enter = makeAnswers(2);
    const first = enter(ME, 'first');
    enter(ME, 'second');
    now = 900;
    first.onRead();
    now = 1500;
    enter(ME, 'third');
    expect(ended).toEqual(['second']);
    expect(() => enter(ME, 'fourth')).toThrow('2 large answers are being read; try again later');
    enter(ME, 'of a change that is stored', false).leave();
    first.leave();
    enter(ME, 'fifth');
    expect([ended, cuts]).toEqual([['second'], 1]);
  });

  it('of another caller is made, although one caller has all and reads them', () => {
    const enter = makeAnswers(50);
    const mine = Array.from({ length: 50 }, (_, n) => enter(ME, `mine ${n}`));
    now = 10;
    for (const [index, answer] of mine.entries()) if (index !== 7) answer.onRead();
    enter(OTHER, 'of another');
    expect([ended, cuts]).toEqual([['mine 7'], 1]);
    expect(() => enter(ME, 'mine again')).toThrow('50 large answers are being read');
  });

  it('ends one of the largest share until all have equally many, and none of a caller who has no more', () => {
    const enter = makeAnswers(6);
    enter(OTHER, 'of another');
    for (let n = 0; n < 5; n++) enter(ME, `mine ${n}`);
    for (let n = 0; n < 2; n++) enter(THIRD, `of a third ${n}`);
    expect(ended).toEqual(['mine 0', 'mine 1']);
    expect(() => enter(THIRD, 'one too many')).toThrow('6 large answers are being read');
    now = 2000;
    enter(THIRD, 'instead of one that is not read');
    expect(ended).toEqual(['mine 0', 'mine 1', 'of another']);
  });
});
