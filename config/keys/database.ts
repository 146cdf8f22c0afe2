import { databaseHosts, oneOf, optionalText, text, whole } from '../formats.js';
import { key, required } from '../key.js';

/** The connections to PostgreSQL. */
export const databaseKeys = {
  hosts: required('DATABASE_HOST', 'localhost', {
    doc: 'Host of PostgreSQL. Of several hosts, comma-separated and each with an optional :port, hukz uses the one that accepts writes.',
    format: databaseHosts,
  }),
  port: key('DATABASE_PORT', '5432', {
    doc: 'Port of PostgreSQL for hosts without a port in DATABASE_HOST.',
    format: whole({ min: 1, max: 65_535 }),
  }),
  user: required('DATABASE_USER', 'hukz', {
    doc: 'PostgreSQL user. It must be allowed to create tables.',
    format: text,
  }),
  password: required('DATABASE_PASSWORD', 'hukz', {
    doc: 'Password of the PostgreSQL user.',
    format: text,
    sensitive: true,
  }),
  name: required('DATABASE_NAME', 'hukz', { doc: 'Name of the PostgreSQL database.', format: text }),
  sslMode: key('DATABASE_SSL_MODE', 'disable', {
    doc: 'TLS to PostgreSQL as in libpq: disable, allow (only if the server refuses a plain connection), prefer (if the server accepts it), require (without checking the certificate), verify-ca or verify-full.',
    format: oneOf('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'),
  }),
  sslRootCert: key('DATABASE_SSL_ROOT_CERT', '', {
    doc: 'File with the certificate authorities to trust for PostgreSQL instead of the public ones. With this file, DATABASE_SSL_MODE=require checks the certificate as verify-ca does.',
    format: optionalText,
  }),
  sslCert: key('DATABASE_SSL_CERT', '', {
    doc: 'File with the client certificate for PostgreSQL. hukz reads it for each connection.',
    format: optionalText,
  }),
  sslKey: key('DATABASE_SSL_KEY', '', {
    doc: 'File with the private key of DATABASE_SSL_CERT. hukz reads it for each connection.',
    format: optionalText,
  }),
  apiPool: key('DATABASE_API_POOL', '10', {
    doc: 'Maximum number of PostgreSQL connections for the API, per process.',
    format: whole({ min: 1, max: 1000 }),
  }),
  journalPool: key('DATABASE_JOURNAL_POOL', '6', {
    doc: 'Maximum number of PostgreSQL connections for the journal, per process.',
    format: whole({ min: 1, max: 1000 }),
  }),
};
