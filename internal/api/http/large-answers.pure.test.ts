import { expect, it } from '@jest/globals';
import { LargeAnswers } from './large-answers.js';

it('one large answer more ends the one whose caller has read nothing for longest', () => {
  let now = 0;
  let cuts = 0;
  const ended: string[] = [];
  const answers = new LargeAnswers(
    () => now,
    () => cuts++,
    2,
  );
  const enter = (name: string, mayBeRefused = true) => answers.enter(() => ended.push(name), mayBeRefused);
  const first = enter('first');
  enter('second');
  now = 900;
  first.took();
  now = 1500;
  enter('third');
  expect(ended).toEqual(['second']);
  expect(() => enter('fourth')).toThrow('2 large answers are being read; try again later');
  enter('of a change that is stored', false).leave();
  first.leave();
  enter('fifth');
  expect([ended, cuts]).toEqual([['second'], 1]);
});
