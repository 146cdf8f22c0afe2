import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { SubjectIndex } from './subject-index.js';

/** A NATS matcher that favours clarity over speed: the registered subject becomes a regular expression. */
function covers(registered: string, published: string): boolean {
  const source = registered
    .split('.')
    .map((token) => (token === '*' ? '[^.]*' : token === '>' ? '.*' : token.replace(/[^A-Za-z0-9]/g, '\\$&')))
    .join('\\.');
  return new RegExp(`^${source}$`, 's').test(published);
}

// The words are few, so that subjects often overlap.
const word = fc.constantFrom('a', 'b', 'c', 'A', '_-');
const registered = fc
  .tuple(
    fc.array(fc.oneof({ weight: 2, arbitrary: word }, { weight: 1, arbitrary: fc.constant('*') }), { maxLength: 4 }),
    fc.boolean(),
  )
  .filter(([tokens, tail]) => tail || tokens.length > 0)
  .map(([tokens, tail]) => (tail ? [...tokens, '>'] : tokens).join('.'));
const published = fc.array(word, { minLength: 1, maxLength: 6 }).map((tokens) => tokens.join('.'));
const change = fc.oneof(
  { weight: 3, arbitrary: registered.map((subject) => ({ subject, set: true })) },
  { weight: 1, arbitrary: registered.map((subject) => ({ subject, set: false })) },
);

it('an index of subjects finds after any changes exactly what covers a published subject, each once', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30, size: 'max' }),
      fc.array(published, { maxLength: 8 }),
      (changes, subjects) => {
        const index = new SubjectIndex<number>();
        const reference = new Map<string, number>();
        for (const [value, { subject, set }] of changes.entries()) {
          if (set) index.set(subject, value);
          else index.delete(subject, reference.get(subject) ?? -1);
          if (set) reference.set(subject, value);
          else reference.delete(subject);
          for (const one of subjects) {
            const wanted = [...reference].filter(([each]) => covers(each, one)).map(([, found]) => found);
            expect([...index.match(one)].sort()).toEqual(wanted.sort());
          }
        }
        for (const [subject, value] of reference) index.delete(subject, value);
        for (const one of subjects) expect(index.match(one)).toEqual([]);
        expect(index).toEqual(new SubjectIndex<number>());
      },
    ),
    { numRuns: 25 },
  );
});

it('a wildcard in a published subject is a word like any other', () => {
  const odd = fc
    .array(fc.oneof(word, fc.constantFrom('*', '>', 'x y', '日本')), { minLength: 1, maxLength: 5 })
    .map((tokens) => tokens.join('.'));
  fc.assert(
    fc.property(fc.uniqueArray(registered, { maxLength: 12 }), odd, (subjects, one) => {
      const index = new SubjectIndex<string>();
      for (const subject of subjects) index.set(subject, subject);
      expect([...index.match(one)].sort()).toEqual(subjects.filter((each) => covers(each, one)).sort());
    }),
    { numRuns: 300 },
  );
});
