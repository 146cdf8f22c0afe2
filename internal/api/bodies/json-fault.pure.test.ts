import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { shortestMs } from '../../testkit/turns/shortest-ms.js';
import { jsonFault } from './json-fault.js';

it.each([
  ['', 'line 1, column 1: the text ends here, before the JSON value is complete'],
  ['{"url": "http://a"', 'line 1, column 19: the text ends here, before the JSON value is complete'],
  ['{', 'line 1, column 2: the text ends here, before the JSON value is complete'],
  ['{"a":', 'line 1, column 6: the text ends here, before the JSON value is complete'],
  ['{"a"}', 'line 1, column 5: a colon is expected here, after the name'],
  ["{'a': 1}", 'line 1, column 2: a name in double quotes is expected here'],
  ['{a: 1}', 'line 1, column 2: a name in double quotes is expected here'],
  ['{"a": 1,}', 'line 1, column 9: a name in double quotes is expected here'],
  ['{\n  "a": [1, 2,],\n}', 'line 2, column 14: a JSON value is expected here'],
  ['{\n  "é😀": tru\n}', 'line 2, column 9: a JSON value is expected here'],
  ['{"a": 1 "b": 2}', 'line 1, column 9: a comma or } is expected here'],
  ['{"a": [1 2]}', 'line 1, column 10: a comma or ] is expected here'],
  ['{"a": [1}', 'line 1, column 9: a comma or ] is expected here'],
  ['{"a": 1]', 'line 1, column 8: a comma or } is expected here'],
  ['{}{}', 'line 1, column 3: the JSON value has ended, and nothing may follow it'],
  ['{"a": NaN}', 'line 1, column 7: a JSON value is expected here'],
  ['{"a": 01}', 'line 1, column 8: a comma or } is expected here'],
  [
    '{\r\n"a": "x\ny"}',
    'line 2, column 6: the string that begins here has no end, or contains a control character or a malformed escape',
  ],
  ['\ufeff{}', 'line 1, column 1: a JSON value is expected here'],
])('%j is no JSON at a place that is named', (text, fault) => {
  expect(jsonFault(Buffer.from(text))).toBe(fault);
});

it('finds a place in every text that V8 refuses, and in no other', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-',
    'true',
    'nul',
    ' ',
    '\n',
    '\\',
    'é',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
        fc.json(),
      ),
      (text) => {
        expect(jsonFault(Buffer.from(text)) === undefined).toBe(isJson(text));
      },
    ),
    { numRuns: 3000 },
  );
});

it('takes no longer than a request may for the largest body', () => {
  const body = Buffer.from(`{"a":[${'"x\\n",'.repeat(43_000)}]}`);
  expect(jsonFault(body)).toBe('line 1, column 258007: a JSON value is expected here');
  expect(shortestMs(() => void jsonFault(body))).toBeLessThan(20);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
