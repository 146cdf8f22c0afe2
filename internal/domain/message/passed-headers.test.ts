import { describe, expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { passedHeaders } from './passed-headers.js';

describe('headers of a message that a webhook wants', () => {
  it('are passed on under their names in lower case, in the order of the setting', () => {
    const given = [
      ['X-Tenant', 'acme'],
      ['X-Other', 'no'],
      ['x-request-ID', 'a b'],
    ] as const;
    expect(passedHeaders(given, ['x-request-id', 'x-absent', 'x-tenant'])).toEqual([
      'x-request-id',
      'a b',
      'x-tenant',
      'acme',
    ]);
  });

  it('are one list when there are several of a name', () => {
    expect(
      passedHeaders(
        [
          ['A', '1'],
          ['a', ' 2 '],
          ['A', ''],
        ],
        ['a'],
      ),
    ).toEqual(['a', '1, 2']);
  });

  it('are left out when they are empty', () => {
    expect(passedHeaders([['a', ' ']], ['a'])).toEqual([]);
  });

  it('are percent-encoded where a header cannot carry them', () => {
    expect(passedHeaders([['a', 'é\r\nb: c\t\ud800 %']], ['a'])).toEqual(['a', '%C3%A9%0D%0Ab: c%09%EF%BF%BD %']);
  });

  it('are left out as a whole when they are too long, together with others or once they are encoded', () => {
    const given = [
      ['a', 'x'.repeat(4000)],
      ['b', 'y'.repeat(4097)],
      ['c', 'é'.repeat(1000)],
      ['d', 'short'],
      ['e', 'z'.repeat(100)],
    ] as const;
    expect(passedHeaders(given, ['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'x'.repeat(4000), 'd', 'short']);
  });

  it('are what HTTP can carry and never more than 4 KiB, whatever was published', () => {
    const value = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 2000 });
    const header = fc.tuple(fc.constantFrom('a', 'A', 'b', 'c'), value);
    fc.assert(
      fc.property(fc.array(header, { maxLength: 8 }), (headers) => {
        const passed = passedHeaders(headers, ['a', 'b']);
        for (const part of passed) expect(part).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
        expect(passed.join('').length).toBeLessThanOrEqual(4096);
      }),
    );
  });
});
