import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { fc } from '../../internal/testkit/properties.js';
import { cell } from './cell.js';
import { plain, plainJson } from './plain.js';
import { makeProgressBar } from './progress-bar.js';
import { makeTable } from './table.js';
import { writeForeign } from './write-foreign.js';
import { toYaml } from './yaml.js';

const paint = (_: unknown, text: string) => text;

describe('JSON as YAML', () => {
  it('has each number as it is written', () => {
    const json = '{"id":9007199254740993,"price":1.50,"n":7,"e":-1E5,"text":"1.50","list":[0.10,12345678901234567890]}';
    expect(toYaml(json)).toBe(
      "id: 9007199254740993\nprice: 1.50\nn: 7\ne: -1E5\ntext: '1.50'\nlist:\n  - 0.10\n  - 12345678901234567890\n",
    );
  });

  it('has the same strings, also those that look like numbers', () => {
    expect(toYaml('["a\\"1.50\\"","\\u0000","{\\"a\\":1.50}"]')).toBe(`- a"1.50"\n- "\\0"\n- '{"a":1.50}'\n`);
  });
});

it('an answer that is nested too deeply for YAML is refused with a sentence', () => {
  const deep = `${'['.repeat(200_000)}1${']'.repeat(200_000)}`;
  expect(() => toYaml(deep)).toThrow(/^The answer is nested too deeply to be written as YAML\.\nUse -o json\.$/);
});

describe('a progress bar', () => {
  it('is a line per tenth where no terminal shows it', () => {
    const stream = new PassThrough();
    const bar = makeProgressBar(stream);
    for (let done = 0; done <= 200; done++) bar.show(done, 200);
    bar.end();
    const lines = String(stream.read()).trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect([lines[0], lines.at(-1)]).toEqual(['0 % (0 of 200)', '100 % (200 of 200)']);
  });
});

describe('text of others', () => {
  it('cannot control a terminal', () => {
    expect(plain('a\u001b[31m\u0007\u009b2J\u202e\nb\tc\r')).toBe(
      'a\\u001b[31m\\u0007\\u009b2J\\u202e\nb\\u0009c\\u000d',
    );
    expect(cell('a\nb')).toBe('a\\u000ab');
  });

  it.each([
    [true, '{"a":"\\u009b\\u202e"}\n'],
    [false, '{"a":"\u009b\u202e"}\n'],
  ])('is written byte for byte, except to a terminal: %j', (isTTY, written) => {
    const stream = Object.assign(new PassThrough(), { isTTY });
    writeForeign(stream, Buffer.from('{"a":"\u009b\u202e"}\n'));
    expect(String(stream.read())).toBe(written);
  });

  it('is still the same JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(plainJson(json))).toEqual(JSON.parse(json));
        expect(plainJson(json)).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });
});

describe('a table', () => {
  const columns = [{ name: 'id' }, { name: 'long_text' }];
  const nodes = [
    { id: 1, long_text: '日本語 is wide, and goes on' },
    { id: 17, long_text: '' },
  ];

  it('is aligned, also for wide characters', () => {
    expect(
      makeTable([{ name: 'long_text' }, { name: 'id' }], { paint, maxWidth: undefined })([
        { id: 1, long_text: '日本' },
        { id: 2, long_text: 'abcdefghijk' },
      ]),
    ).toBe('LONG TEXT    ID\n日本         1\nabcdefghijk  2\n');
  });

  it('is cut to the width of a terminal, and only there', () => {
    expect(makeTable(columns, { paint, maxWidth: 14 })(nodes)).toBe('ID  LONG TEXT\n1   日本語 is…\n17  -\n');
    expect(makeTable(columns, { paint, maxWidth: undefined })(nodes)).toContain('goes on\n');
  });

  it('has its head once, however many pages follow', () => {
    const page = makeTable(columns, { paint, maxWidth: undefined });
    expect(page([{ id: 1, long_text: 'a' }]) + page([{ id: 2, long_text: 'longer than the first' }])).toBe(
      'ID  LONG TEXT\n1   a\n2   longer than the first\n',
    );
  });
});
