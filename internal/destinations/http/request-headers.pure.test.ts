import { describe, expect, it } from '@jest/globals';
import type { ToSign } from '../../../packages/signatures/src/scheme.js';
import { makeTestRequest } from '../../testkit/kits/test-request.js';
import { requestHeaders } from './request-headers.js';

const request = (subject: string, replay = false) => ({
  ...makeTestRequest('http://h/', { subject, attempt: 3, replay }),
  deliveryId: 'd-1',
});
const RENDERING = { contentType: 'application/json', body: new Uint8Array(0) };
const headersOf = (subject: string, replay?: boolean, nowMs = 0) =>
  requestHeaders(request(subject, replay), RENDERING, { userAgent: 'hukz/1.2.3', nowMs });

describe('request headers', () => {
  it('name the delivery, the attempt, the event, the message and the second', () => {
    expect(headersOf('post.created', false, 1_700_000_000_999)).toEqual([
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
      'hukz-message',
      '019c1409-f800-7a3b-8c1d-2e4f60718293',
    ]);
  });

  it('say when it is a replay', () => {
    const again = headersOf('post.created', true);
    expect(again.slice(-2)).toEqual(['hukz-replay', 'true']);
    expect(headersOf('post.created')).not.toContain('hukz-replay');
  });

  it('percent-encode what a header cannot carry of a subject', () => {
    const headers = headersOf('post.日本\r\nX: y');
    expect(headers).toContain('post.%E6%97%A5%E6%9C%AC%0D%0AX:%20y');
  });

  it('pass on the trace and what the webhook wants of the message, in place of nothing else', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const asked = makeTestRequest('http://h/', {
      headers: [
        ['Traceparent', traceparent],
        ['X-Tenant', 'acme'],
        ['X-Team', 'theirs'],
        ['Authorization', 'secret'],
      ],
      plan: { headers: ['X-Team', 'ours'], passHeaders: ['x-team', 'x-tenant'] },
    });
    const headers = requestHeaders(asked, RENDERING, { userAgent: 'hukz/1.2.3', nowMs: 0 });
    expect(headers.slice(14)).toEqual(['X-Team', 'ours', 'traceparent', traceparent, 'x-tenant', 'acme']);
  });

  it("carry the publisher's own id of the message, to the scheme that has a header for it, too", () => {
    const headersWith = (id: string) => {
      const asked = makeTestRequest('http://h/', { headers: [['HUKZ-REQUEST-ID', id]] });
      const plan = { ...asked.plan, sign: ({ requestId }: ToSign) => ['x-signed', requestId ?? 'without'] };
      return requestHeaders({ ...asked, plan }, RENDERING, { userAgent: 'hukz/1.2.3', nowMs: 0 }).slice(14);
    };
    expect(headersWith('order 4711')).toEqual(['hukz-request-id', 'order 4711', 'x-signed', 'order 4711']);
    expect(headersWith('4711\r\nx-injected: 1')).toEqual(['x-signed', 'without']);
  });
});
