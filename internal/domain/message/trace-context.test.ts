import { describe, expect, it } from '@jest/globals';
import type { Header } from './message.js';
import { traceContext } from './trace-context.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const stateOf = (...lines: string[]) =>
  traceContext([['traceparent', PARENT], ...lines.map((line): Header => ['tracestate', line])])[3];

describe('the trace of a message', () => {
  it.each(['traceparent', 'Traceparent', 'TraceParent', 'TRACEPARENT'])(
    'is passed on when it is written %s',
    (name) => {
      expect(
        traceContext([
          ['x', 'y'],
          [name, PARENT],
        ]),
      ).toEqual(['traceparent', PARENT]);
    },
  );

  it.each([
    PARENT,
    PARENT.replace(/01$/, '00'),
    PARENT.replace(/^00/, 'cc'),
    `${PARENT.replace(/^00/, 'cc')}-what.may.come`,
  ])('is well-formed: %s', (value) => {
    expect(traceContext([['traceparent', value]])).toEqual(['traceparent', value]);
  });

  it.each([
    '',
    PARENT.toUpperCase(),
    PARENT.replace(/^00/, 'ff'),
    `${PARENT}-more`,
    `${PARENT}-`,
    PARENT.replace(/[^-]{32}/, '0'.repeat(32)),
    PARENT.replace(/[^-]{16}-01/, `${'0'.repeat(16)}-01`),
    PARENT.slice(0, -1),
    PARENT.replaceAll('-', '_'),
    `${PARENT}\r\nx: y`,
    `cc${PARENT.slice(2)}-é`,
    `cc${PARENT.slice(2)}.x`,
  ])('is left out when it is malformed: %j', (value) => {
    expect(
      traceContext([
        ['traceparent', value],
        ['tracestate', 'a=1'],
      ]),
    ).toEqual([]);
  });

  it('is left out when there are two of it', () => {
    expect(
      traceContext([
        ['traceparent', PARENT],
        ['Traceparent', PARENT],
      ]),
    ).toEqual([]);
  });

  it('brings its state along, several lines as one list', () => {
    expect(stateOf('rojo=00f067aa0ba902b7, congo=t61rcWkgMzE', '', 't@v=x y')).toBe(
      'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,t@v=x y',
    );
    expect(traceContext([['tracestate', 'a=1']])).toEqual([]);
  });

  it.each([
    ['no value', 'a'],
    ['a key in capitals', 'A=1'],
    ['a sign that splits', 'a=1=2'],
    ['no ASCII', 'a=é'],
    ['a line break', 'a=1\r\nx: y'],
    ['a key twice', 'a=1,a=2'],
    ['33 members', Array.from({ length: 33 }, (_, n) => `k${n}=1`).join()],
    ['2,049 characters', Array.from({ length: 9 }, (_, n) => `k${n}=${'x'.repeat(224)}`).join()],
    ['nothing', ' , '],
  ])('goes without a state that has %s', (_name, state) => {
    expect(
      traceContext([
        ['traceparent', PARENT],
        ['tracestate', state],
      ]),
    ).toEqual(['traceparent', PARENT]);
  });
});
