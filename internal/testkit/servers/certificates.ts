import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The certificate of `authority`, which has signed all the others. */
  readonly ca: string;
  readonly authority: Pair;
  /** A certificate for `localhost` and `receiver.test`. */
  readonly server: Pair;
  /** A certificate for the same names that expired in 2020. */
  readonly expired: Pair;
  readonly client: Pair;
}

const SIGNING = `[ca]
default_ca = ours
[ours]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
`;
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const NAMES = 'subjectAltName=DNS:localhost,DNS:receiver.test';

/** An authority and the certificates that it has signed, created by the openssl command at each call. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'hukz-certificates-'));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const sign = (name: string, subject: string, from: string, until: string): Pair => {
    openssl('req', '-new', ...EC, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject, '-addext', NAMES);
    const span = ['-startdate', from, '-enddate', until];
    const by = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'];
    openssl('ca', '-batch', '-notext', ...by, ...span, '-in', `${name}.csr`, '-out', `${name}.pem`);
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
  };
  try {
    writeFileSync(join(folder, 'ca.cnf'), SIGNING);
    writeFileSync(join(folder, 'index.txt'), '');
    openssl('req', '-x509', ...EC, '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority');
    return {
      ca: read('ca.pem'),
      authority: { cert: read('ca.pem'), key: read('ca.key') },
      server: sign('server', '/CN=localhost', '20200101000000Z', '20450101000000Z'),
      expired: sign('expired', '/CN=localhost', '20200101000000Z', '20200201000000Z'),
      client: sign('client', '/CN=hukz', '20200101000000Z', '20450101000000Z'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A self-signed certificate for `localhost` with an RSA key. */
export function makeRsaPair(): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'hukz-certificates-'));
  try {
    const kind = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', NAMES];
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...files], { cwd: folder, stdio: 'ignore' });
    return { cert: readFileSync(join(folder, 'cert.pem'), 'utf8'), key: readFileSync(join(folder, 'key.pem'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
