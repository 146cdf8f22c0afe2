import { describe, expect, it } from '@jest/globals';
import { requestHeaders } from './request-headers.js';

const request = { url: 'http://h/', deliveryId: 'd-1', subject: 'post.created', attempt: 3, body: new Uint8Array(0) };

describe('request headers', () => {
  it('name the delivery, the attempt, the event and the second', () => {
    expect(requestHeaders(request, 'hukz/1.2.3', 1_700_000_000_999)).toEqual([
      'content-type',
      'application/json',
      'user-agent',
      'hukz/1.2.3',
      'webhook-id',
      'd-1',
      'webhook-timestamp',
      '1700000000',
      'hukz-event',
      'post.created',
      'hukz-attempt',
      '3',
    ]);
  });

  it('say when somebody asked for it again', () => {
    const again = requestHeaders({ ...request, replay: true }, 'hukz/1', 0);
    expect(again.slice(-2)).toEqual(['hukz-replay', 'true']);
    expect(requestHeaders({ ...request, replay: false }, 'hukz/1', 0)).not.toContain('hukz-replay');
  });

  it('percent-encode what a header cannot carry of a subject', () => {
    const headers = requestHeaders({ ...request, subject: 'post.日本\r\nX: y' }, 'hukz/1', 0);
    expect(headers).toContain('post.%E6%97%A5%E6%9C%AC%0D%0AX:%20y');
  });
});
