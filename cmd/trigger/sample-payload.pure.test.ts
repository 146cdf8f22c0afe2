import { describe, expect, it } from '@jest/globals';
import { withValues } from './sample-payload.js';

describe('values of an example', () => {
  it('leave an example without any as it is, byte for byte', () => {
    expect(withValues('{ "id": 1.0 }', [])).toBe('{ "id": 1.0 }');
  });

  it.each([
    ['{}', ['customer.name=Ada'], '{"customer":{"name":"Ada"}}'],
    ['{"a":1,"b":2}', ['a=3'], '{"a":3,"b":2}'],
    ['{"items":[{"id":1}]}', ['items.0.id=2', 'items.1={"id":3}'], '{"items":[{"id":2},{"id":3}]}'],
    ['{}', ['on=true', 'off=null', 'text="true"', 'empty='], '{"on":true,"off":null,"text":"true","empty":""}'],
    ['{}', ['code=01', 'formula=a=b'], '{"code":"01","formula":"a=b"}'],
    ['{"total":10.50}', ['id=12345678901234567890'], '{"total":10.50,"id":12345678901234567890}'],
    ['{"quote":"say \\"1\\""}', ['n=1'], '{"quote":"say \\"1\\"","n":1}'],
    ['{}', ['__proto__.a=1'], '{"__proto__":{"a":1}}'],
  ])('in %s, %j make %s', (example, assignments, made) => {
    expect(withValues(example, assignments)).toBe(made);
  });

  it('cannot be set in JSON that is nested too deeply', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(withValues(deep, [])).toBe(deep);
    expect(() => withValues(deep, ['b=1'])).toThrow('--data is nested too deeply for --set.');
  });

  it.each([
    ['{}', 'name', '--set name: write it as path=value, such as customer.name=Ada'],
    ['{"a":1}', 'a.b=2', '--set a.b=2: there is a value in front of "b", which has no members'],
    ['{"a":[]}', 'a.1=2', '--set a.1=2: "1" is not a place in a list of 0'],
    ['{}', 'a..b=2', '--set a..b=2: a path has names between its dots'],
  ])('in %s, %s is refused', (example, assignment, sentence) => {
    expect(() => withValues(example, [assignment])).toThrow(sentence);
  });
});
