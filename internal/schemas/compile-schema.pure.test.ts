import { describe, expect, it } from '@jest/globals';
import type { SchemaProblem } from '../domain/schema/event-schema.js';
import { SchemaCompiler } from './compile-schema.js';

const compiler = new SchemaCompiler();
const compile = (schema: unknown) => compiler.compile(JSON.stringify(schema));
const problemsOf = (schema: unknown, payload: string, isSmall = true): readonly SchemaProblem[] => {
  const { check, problem } = compile(schema);
  if (!check) throw new Error(`${problem.at} ${problem.problem}`);
  return check(JSON.parse(payload), isSmall);
};
const places = (schema: unknown, payload: string) => problemsOf(schema, payload).map(({ at }) => at);

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const deep = (levels: number): unknown => (levels === 0 ? true : { not: deep(levels - 1) });

describe('a schema that is refused has the pointer to the part that cannot be used', () => {
  it.each<[unknown, string, RegExp]>([
    ['text', '', /must be a schema/],
    [[], '', /must be a schema/],
    [null, '', /must be a schema/],
    [{ $schema: 'https://json-schema.org/draft/2019-09/schema' }, '/$schema', /must be one of/],
    [{ properties: { a: { requried: ['b'] } } }, '/properties/a/requried', /is "required" meant/],
    [{ properties: { 'a/b~': 1 } }, '/properties/a~1b~0', /must be a schema/],
    [{ properties: { a: { $ref: 'https://example.com/a' } } }, '/properties/a/$ref', /must begin with #/],
    [{ $ref: 'other.json' }, '/$ref', /must begin with #/],
    [{ $ref: '#/$defs/missing' }, '', /cannot be compiled/],
    [{ type: 'objekt' }, '/type', /must be/],
    [{ required: 'a' }, '/required', /must be array/],
    [{ minimum: '1' }, '/minimum', /must be number/],
    [{ allOf: [true, { pattern: '(?=a)' }] }, '/allOf/1/pattern', /linear time/],
    [{ patternProperties: { '(a)\\1': true } }, '/patternProperties/(a)\\1', /linear time/],
    [{ pattern: '(a{1000}){1000}' }, '/pattern', /linear time/],
    [{ pattern: '[' }, '/pattern', /linear time/],
    [JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), '/properties/__proto__', /cannot be described/],
    [deep(100), `${'/not'.repeat(64)}`, /at most 64 levels/],
    [{ properties: [] }, '/properties', /must be/],
  ])('%j', (schema, at, sentence) => {
    const { problem } = compile(schema);
    expect(problem).toEqual({ at, problem: expect.stringMatching(sentence) });
  });

  it('also if its text is not JSON', () => {
    expect(compiler.compile('{').problem?.problem).toMatch(/cannot be compiled/);
  });
});

describe('a payload', () => {
  it.each<[unknown, string, readonly string[]]>([
    [true, '1', []],
    [false, '1', ['']],
    [{ type: 'object', required: ['id'] }, '{}', ['']],
    [{ properties: { id: { type: 'integer' }, name: { minLength: 2 } } }, '{"id":"a","name":"b"}', ['/id', '/name']],
    [{ properties: { a: { pattern: '^\\d+$' } } }, '{"a":"12"}', []],
    [{ properties: { a: { pattern: '^(a+)+$' } } }, `{"a":"${'a'.repeat(20_000)}!"}`, ['/a']],
    [{ properties: { a: { enum: [1] }, b: { const: 2 } } }, '{"a":2,"b":1}', ['/a', '/b']],
    [{ additionalProperties: false }, '{"__proto__":1}', ['']],
    [{ required: ['toString'] }, '{}', ['']],
    [{ properties: { toString: { type: 'string' } } }, '{}', []],
    [{ format: 'email' }, '"no address"', []],
    [{ type: 'object', properties: { n: { type: 'integer', nullable: true } } }, '{"n":null}', []],
    [{ 'x-team': 'a', example: 1, type: 'integer' }, '1', []],
    [{ $defs: { a: { $anchor: 'one', type: 'string' } }, items: { $ref: '#one' } }, '["a",1]', ['/1']],
    [{ prefixItems: [{ type: 'string' }], items: false }, '["a",1]', ['']],
    [{ $schema: DRAFT_07, items: [{ type: 'string' }], additionalItems: false }, '["a",1]', ['']],
    [{ $schema: DRAFT_07, dependencies: { a: ['b'], c: { required: ['d'] } } }, '{"a":1,"c":1}', ['']],
    [{ $id: 'https://example.com/x', type: 'string' }, '1', ['']],
    [{ $id: 'https://example.com/x', type: 'number' }, '1', []],
  ])('%j judges %s', (schema, payload, expected) => {
    expect([...new Set(places(schema, payload))]).toEqual(expected);
  });

  it('has at most 20 problems, and a large one has its first', () => {
    const schema = { items: { type: 'string' } };
    const payload = JSON.stringify(Array.from({ length: 1000 }, (_, n) => n));
    expect(problemsOf(schema, payload)).toHaveLength(20);
    expect(problemsOf(schema, payload, false)).toEqual([{ at: '/0', problem: 'must be string' }]);
  });
});
