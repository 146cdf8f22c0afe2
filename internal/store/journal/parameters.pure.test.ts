import { expect, it } from '@jest/globals';
import { int4Array, textArray, uuidArray } from './binary-array.js';
import {
  chars,
  columns,
  int4s,
  numberedRowsOf,
  parameters,
  rowsOf,
  texts,
  uuids,
  value,
  whenAny,
} from './parameters.js';

interface Person {
  readonly id: string;
  readonly name?: string;
}

const ID = '0192d4a0-1111-7222-8333-444455556666';

const input = parameters({
  owner: value<string>(),
  people: columns<Person>()({ id: uuids(({ id }) => id), name: texts(({ name }) => name) }),
  stamp: value<string | null>('uuid'),
  ages: columns<number>()({ age: int4s((age) => age) }),
});

it('each parameter has its number and its type, in the order of the declaration', () => {
  expect(input.$).toEqual({
    owner: '$1',
    people: { id: '$2::uuid[]', name: '$3::text[]' },
    stamp: '$4::uuid',
    ages: { age: '$5::int[]' },
  });
});

it('each parameter has the place of its number, in any order of the values', () => {
  const people = [{ id: ID, name: 'a' }, { id: ID }];
  expect(input.values({ ages: [7, 8], stamp: null, people, owner: 'me' })).toEqual([
    'me',
    uuidArray(people, ({ id }) => id),
    textArray(people, (person: Person) => person.name),
    null,
    int4Array([7, 8], (age) => age),
  ]);
});

it('a parameter that is forgotten, or that is of another type, does not compile', () => {
  // @ts-expect-error: the ages are missing.
  expect(() => input.values({ owner: 'me', people: [], stamp: null })).toThrow();
  // @ts-expect-error: there is no such column.
  expect(rowsOf(input.$.people, 'height')).toBe('unnest() as input(height)');
  // @ts-expect-error: a person has no age.
  expect(input.values({ owner: 'me', people: [7], stamp: null, ages: [] })).toHaveLength(5);
});

it('columns become rows, all of them or those that are named, of several declarations too, and with their numbers', () => {
  const { people, ages } = input.$;
  expect(rowsOf(people)).toBe('unnest($2::uuid[], $3::text[]) as input(id, name)');
  expect(rowsOf({ ...people, ...ages }, 'age', 'id')).toBe('unnest($5::int[], $2::uuid[]) as input(age, id)');
  expect(numberedRowsOf(ages)).toBe('unnest($5::int[]) with ordinality as input(age, no)');
});

it('a column that no item needs is an empty array', () => {
  const { write } = whenAny(
    ({ name }) => name,
    chars(({ name }: Person) => name),
  );
  const none = write([{ id: ID }, { id: ID }]) as Buffer;
  const one = write([{ id: ID }, { id: ID, name: 'x' }]) as Buffer;
  expect([none.length, one.readInt32BE(12)]).toEqual([12, 2]);
});
