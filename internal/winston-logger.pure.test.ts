import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { makeLogger } from './winston-logger.js';

it.each(['json', 'pretty'] as const)('%s: a field without a value is absent from the line', async (format) => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  makeLogger({ level: 'info', format, stream }).info('intake.degraded', { event: undefined, reason: 'not_connected' });
  await new Promise((flushed) => stream.end(flushed));
  expect(written.join('')).toContain('not_connected');
  expect(written.join('')).not.toContain('event');
});
