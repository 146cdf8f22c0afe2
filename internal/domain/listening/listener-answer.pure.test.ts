import { describe, expect, it } from '@jest/globals';
import { type ListenerAnswer, readListenerAnswer, writeListenerAnswer } from './listener-answer.js';

describe('the answer of a prompt', () => {
  it.each<ListenerAnswer>([
    { kind: 'answered', status: 204, retryAfter: undefined, body: Buffer.alloc(0) },
    { kind: 'answered', status: 503, retryAfter: '120', body: Buffer.from('later\nor never') },
    { kind: 'failed', reason: 'connect' },
  ])('is read as it was written: %j', (answer) => {
    expect(readListenerAnswer(writeListenerAnswer(answer))).toEqual(answer);
  });

  it.each([
    '',
    'no line end',
    'no JSON\n',
    '{"stream":"ORDERS","seq":1}\n',
    '{"status":"200"}\n',
    '{"status":100}\n',
    '{"status":200.5}\n',
    '{"status":600}\n',
    '{"failed":"toString"}\n',
    'null\n',
    `${' '.repeat(256)}{"status":200}\n`,
  ])('is none: %j', (text) => {
    expect(readListenerAnswer(Buffer.from(text))).toBeUndefined();
  });

  it('has no Retry-After that is longer than any time', () => {
    const written = writeListenerAnswer({
      kind: 'answered',
      status: 503,
      retryAfter: '9'.repeat(65),
      body: Buffer.alloc(0),
    });
    expect(readListenerAnswer(written)).toMatchObject({ status: 503, retryAfter: undefined });
  });
});
