import { expect, it } from '@jest/globals';
import { shapeProblem } from './json-shape.js';

const BOUNDS = { deepest: 3, maxValues: 6, maxParts: 4, maxMembers: 3, mostNames: 5 };

it.each([
  '{}',
  '{"a":[{"b":1}],"c":2}',
  '[[],[],[]]',
  '[1,2,3,4,5,6]',
  '"[[[[,,,,,,,"',
  '{"a\\"[[[[,,,,":",,,,]\\\\","{{{{":[1,"[\\"["]}',
  '{"a":{"b":1,"c":2},"d":{"b":3,"c":4}}',
  ']]]],,,',
])('%s is within the bounds', (text) => {
  expect(shapeProblem(Buffer.from(text), BOUNDS)).toBeUndefined();
});

it.each([
  ['[[[[]]]]', 'deepest'],
  ['{"a":[{"b":{}}]}', 'deepest'],
  ['[1,2,3,4,5,6,7]', 'maxValues'],
  ['[{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":2}]', undefined],
  ['[{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":2},1]', 'maxValues'],
  ['[[],[],[[]]]', 'maxParts'],
  ['{"a":1,"b":2,"c":3}', undefined],
  ['{"a":1,"b":2,"c":3,"d":4}', 'maxMembers'],
  ['[{"a":{"b":1},"c":1,"d":1,"e":1}]', 'maxMembers'],
  ['{"a":{"b":1,"c":2},"d":{"e":3,"a":4}}', undefined],
  ['{"a":{"b":1,"c":2},"d":{"e":3,"f":"a:b"}}', 'mostNames'],
  ['{"a":{"b":1,"c":2},"d":{"e":3,"e\\"":4}}', 'mostNames'],
])('of %s the bound that is broken is %s', (text, problem) => {
  expect(shapeProblem(Buffer.from(text), BOUNDS)).toBe(problem);
});
