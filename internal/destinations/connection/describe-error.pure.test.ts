import { describe, expect, it } from '@jest/globals';
import { ConnectError, DescribedFault } from './connect-error.js';
import { describeError, outcomeOf, type Stage } from './describe-error.js';

const failure = (code: string, message = 'http://user:secret@host/') => Object.assign(new Error(message), { code });
const outcome = (error: unknown, stage: Stage = 'waiting') => outcomeOf(describeError(error, stage));

describe('an error in words', () => {
  it.each([
    ['ECONNREFUSED', 'connect', 'connection refused'],
    ['CERT_HAS_EXPIRED', 'tls', 'certificate has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'self-signed certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'certificate is for another host name'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls', 'the receiver does not support TLS 1.2 or later'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tls', 'TLS failed (ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR)'],
    ['ECONNRESET', 'connect', 'closed while connecting'],
    ['EWHATEVER', 'connect', 'the request failed (EWHATEVER)'],
  ])('while connecting: %s', (code, reason, error) => {
    expect(outcome(new ConnectError(failure(code)))).toEqual({ kind: 'unreachable', reason, error });
  });

  it.each([
    ['sent', 'ECONNRESET', 'closed', 'closed before answering'],
    ['sent', 'UND_ERR_SOCKET', 'closed', 'closed before answering'],
    ['answering', 'UND_ERR_SOCKET', 'closed', 'closed in the middle of the headers'],
    ['answering', 'EWHATEVER', 'bad_response', 'the answer breaks HTTP (EWHATEVER)'],
    ['answering', 'UND_ERR_HEADERS_OVERFLOW', 'bad_response', 'headers larger than 16 KiB'],
    ['sent', 'EWHATEVER', 'bad_response', 'the request failed (EWHATEVER)'],
  ] as const)('when %s: %s', (stage, code, reason, error) => {
    expect(outcome(failure(code), stage)).toEqual({ kind: 'unreachable', reason, error });
  });

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL', 'ENETDOWN'])('%s is a fault of ours', (code) => {
    expect(outcome(new ConnectError(failure(code)))).toMatchObject({ kind: 'local_fault' });
  });

  it.each([
    ['timeout', { kind: 'unreachable', reason: 'timeout', error: 'too late' }],
    ['local_fault', { kind: 'local_fault', error: 'too late' }],
    ['forbidden_address', { kind: 'forbidden_address', error: 'too late' }],
  ] as const)('takes over what is known already: %s', (reason, known) => {
    expect(outcome(new ConnectError(new DescribedFault(reason, 'too late')))).toEqual(known);
  });

  it('of several addresses is ours only when all of them failed for a reason of ours', () => {
    const mixed = new AggregateError([failure('EADDRNOTAVAIL'), failure('ECONNREFUSED')]);
    expect(outcome(new ConnectError(mixed))).toMatchObject({ kind: 'unreachable', reason: 'connect' });
    const ours = new AggregateError([failure('EADDRNOTAVAIL'), failure('EADDRNOTAVAIL')]);
    expect(outcome(new ConnectError(ours))).toMatchObject({ kind: 'local_fault' });
  });

  it.each([
    failure('EWHATEVER'),
    failure('ECONNREFUSED'),
    new TypeError('secret'),
    'secret',
    undefined,
    new AggregateError([]),
  ])('never shows the text of the error itself: %#', (error) => {
    expect(JSON.stringify(outcome(error))).not.toContain('secret');
  });
});
