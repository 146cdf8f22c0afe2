import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { subjectPattern } from '../subject-pattern.js';
import { firstToken, isWildcard, parseQueueGroup, parseSubject, type SubjectRules } from './subject.js';

/** A second version of the rules, as one regular grammar and two bounds. */
const GRAMMAR = /^(?!_INBOX(?:\.|$))(?:[A-Za-z0-9_-]+|\*)(?:\.(?:[A-Za-z0-9_-]+|\*)){0,15}$/;
const GRAMMAR_WITH_TAIL = /^(?!_INBOX(?:\.|$))(?:(?:[A-Za-z0-9_-]+|\*)\.){0,15}>$/;
const REACHES_ALL = /^(?:>|\*)(?:$|.*[*>])/;
const isLawful = (text: string, allowAll: boolean) =>
  text.length <= 255 && (GRAMMAR.test(text) || GRAMMAR_WITH_TAIL.test(text)) && (allowAll || !REACHES_ALL.test(text));

const token = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/) },
  { weight: 2, arbitrary: fc.constantFrom('*', '>') },
  { weight: 1, arbitrary: fc.constantFrom('', '_INBOX', '_INBOXES', '$SYS', '$', 'a*', '>a', 'é', ' ', 'a b', '\r\n') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const almostSubject = fc.array(token, { maxLength: 18 }).map((tokens) => tokens.join('.'));
const lawful = fc
  .array(fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/), fc.constant('*')), { minLength: 1, maxLength: 16 })
  .chain((tokens) => fc.constantFrom(tokens.join('.'), [...tokens.slice(1), '>'].join('.')));
const text = fc.oneof(
  almostSubject,
  lawful,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.stringMatching(/^[ab.*>_$]{0,20}$/),
  fc.integer({ min: 250, max: 260 }).map((length) => 'x'.repeat(length)),
);

describe('a subject', () => {
  it('is accepted exactly when a regular grammar accepts it, and then unchanged', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (given, allowAll) => {
        const read = parseSubject(given, { allowAll });
        expect(read.ok).toBe(isLawful(given, allowAll));
        if (read.ok) expect(read.value).toBe(given);
        else expect(read.problem.length).toBeGreaterThan(0);
      }),
      { numRuns: 800 },
    );
  });

  it('has the pattern of the rules exactly when it is accepted', () => {
    const rules: readonly SubjectRules[] = [
      { allowAll: false },
      { allowAll: true },
      { allowAll: false, inboxes: ['_INBOX', '_R_', 'a'] },
      { allowAll: false, allowed: ['a.>', 'b.*.a', '*.b', 'ab'] },
      { allowAll: true, allowed: ['a.*', '>'] },
    ];
    const near = fc.stringMatching(/^(?:[ab]|ab|_R_|_INBOX|hukz|result|[*]|>)(?:[.](?:[ab]|ab|result|[*]|>)){0,4}$/);
    fc.assert(
      fc.property(fc.oneof(text, near), fc.constantFrom(...rules), (given, each) => {
        if (given.length > 255) return;
        expect([given, new RegExp(subjectPattern(each)).test(given)]).toEqual([given, parseSubject(given, each).ok]);
      }),
      { numRuns: 3000 },
    );
  });

  it('that was accepted holds no character that could end or split a line of the NATS protocol', () => {
    const lines = fc
      .tuple(text, fc.constantFrom('', ' ', '\t', '\r', '\n', '\0', '\r\nPUB x 0\r\n', '\u2028', '\u00a0'), text)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(lines, (given) => {
        if (!parseSubject(given, { allowAll: true }).ok) return;
        expect(given).toMatch(/^[!-~]+$/);
        expect(Buffer.byteLength(given)).toBeLessThanOrEqual(255);
      }),
      { numRuns: 800 },
    );
  });

  it('that was accepted is a wildcard exactly when it has a token that is one', () => {
    fc.assert(
      fc.property(lawful, (given) => {
        if (!parseSubject(given, { allowAll: true }).ok) return;
        expect(isWildcard(given)).toBe(given.split('.').some((each) => each === '*' || each === '>'));
        expect(firstToken(given)).toBe(given.split('.')[0]);
      }),
    );
  });
});

it('a queue group is accepted exactly when it is one word of a protocol line without wildcards', () => {
  const isWord = (given: string) => given.length > 0 && given.length <= 255 && given.split(/[\s\p{Cc}]/u).length === 1;
  fc.assert(
    fc.property(text, (given) => {
      expect(parseQueueGroup(given).ok).toBe(isWord(given) && !/[*>]/.test(given));
    }),
    { numRuns: 800 },
  );
});
