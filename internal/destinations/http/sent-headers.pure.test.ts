import { expect, it } from '@jest/globals';
import { sentLines } from './sent-headers.js';

const written = (headers: readonly string[], credentials: readonly string[] = []) =>
  Buffer.from(sentLines(headers, credentials)).toString();

it('headers of a request are lines in their order, without the values of credentials', () => {
  const headers = ['Content-Type', 'text/plain', 'X-Key', 'secret', 'x-team', 'é', 'X-Team', ''];
  expect(written(headers, ['x-key'])).toBe('content-type: text/plain\nx-key: ***\nx-team: é\nx-team: \n');
  expect(written([])).toBe('');
});

it('a header that exceeds the remaining room is omitted as a whole, and later ones are kept', () => {
  const room = 4096 - 'b: \n'.length;
  // Each of these characters has two bytes.
  expect(written(['a', 'é'.repeat(2048), 'b', 'x'.repeat(room), 'c', ''])).toBe(`b: ${'x'.repeat(room)}\n`);
});
