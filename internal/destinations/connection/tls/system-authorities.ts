import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

export interface SystemAuthorities {
  /** PEM: the certificates that are not in Node's list. */
  readonly pem: string;
  readonly count: number;
  /** The files and folders in which certificates were found. */
  readonly from: readonly string[];
}

/** Places of the variables `SSL_CERT_FILE` and `SSL_CERT_DIR`, which replace the usual ones. */
export interface AuthorityPlaces {
  readonly file?: string;
  /** Folders, separated by colons. */
  readonly folders?: string;
}

/** The first one that exists is read, as by Go and OpenSSL. */
const USUAL_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const USUAL_FOLDERS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the certificate authorities that this machine trusts. A place that does not exist has none. */
export function readSystemAuthorities({ file, folders }: AuthorityPlaces): SystemAuthorities {
  const found = new Map<string, string>();
  const known = new Set(rootCertificates.map(withoutSpace));
  const from: string[] = [];
  const add = (place: string, texts: readonly string[]) => {
    const before = found.size;
    for (const pem of texts.flatMap((text) => text.match(CERTIFICATE) ?? [])) {
      const key = withoutSpace(pem);
      if (!known.has(key) && isReadable(pem)) found.set(key, pem);
    }
    if (found.size > before) from.push(place);
  };
  for (const place of file ? [file] : USUAL_FILES) {
    const text = read(place);
    add(place, [text ?? '']);
    if (text !== undefined) break;
  }
  for (const place of folders ? folders.split(':').filter(Boolean) : USUAL_FOLDERS)
    add(
      place,
      list(place).map((name) => read(join(place, name)) ?? ''),
    );
  return { pem: [...found.values()].join('\n'), count: found.size, from };
}

const withoutSpace = (pem: string): string => pem.replaceAll(/\s/g, '');

function isReadable(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
