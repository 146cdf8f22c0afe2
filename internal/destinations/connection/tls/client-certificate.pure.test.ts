import { describe, expect, it } from '@jest/globals';
import { alertFault, explainByCertificate } from './client-certificate.js';

describe('an alert of TLS', () => {
  it.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate required'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'bad certificate'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'certificate expired'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'certificate unknown'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown ca'],
    ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'access denied'],
  ])('%s names the certificate that was shown', (code, alert) => {
    const description = `the receiver refuses the client certificate (${alert})`;
    expect(alertFault(code, 'shown')).toEqual({ reason: 'tls', description });
  });

  it.each(['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE'])(
    '%s says that a certificate is wanted',
    (code) => {
      const description = 'the receiver requires a client certificate';
      expect(alertFault(code, 'missing')).toEqual({
        reason: 'tls',
        description: `${description}, and the webhook has none`,
      });
      expect(alertFault(code, 'not asked for')).toEqual({ reason: 'tls', description });
    },
  );

  it.each([
    'SSLV3_ALERT_BAD_CERTIFICATE',
    'TLSV1_ALERT_UNKNOWN_CA',
    'TLSV1_ALERT_ACCESS_DENIED',
    'TLSV1_ALERT_DECRYPT_ERROR',
  ])('%s says that one may be wanted, and only where the server asked for one', (alert) => {
    expect(alertFault(`ERR_SSL_${alert}`, 'missing')?.description).toMatch(
      /\(.+\); it may require a client certificate/,
    );
    expect(alertFault(`ERR_SSL_${alert}`, 'not asked for')).toBeUndefined();
  });

  it('that a server without a shared cipher sends too only says what may be', () => {
    expect(alertFault('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'shown')).toBeUndefined();
    expect(alertFault('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'not asked for')).toBeUndefined();
    expect(alertFault('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'missing')?.description).toContain('may require');
  });

  it.each(['CERT_HAS_EXPIRED', 'ECONNRESET', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'])('%s is none of them', (code) => {
    expect(alertFault(code, 'missing')).toBeUndefined();
  });
});

describe('a connection that closes', () => {
  it('is explained only where it was asked for a certificate', () => {
    const closed = { reason: 'closed', description: 'closed before answering' } as const;
    expect(explainByCertificate(closed, 'not asked for')).toBe(closed);
    const timeout = { reason: 'timeout', description: 'timed out' } as const;
    expect(explainByCertificate(timeout, 'missing')).toBe(timeout);
  });
});
