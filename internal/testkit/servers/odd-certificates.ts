import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Pair } from './certificates.js';

/** A random odd number with the given number of bits. */
function oddNumber(bits: number): Buffer {
  const bytes = randomBytes(bits / 8);
  bytes[0] = (bytes[0] ?? 0) | 0xc0;
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1;
  return bytes;
}

/** Encodes ASN.1 in DER, as far as certificates and RSA keys need it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const integer = (bytes: Uint8Array) => der(2, Buffer.from((bytes[0] ?? 0) & 0x80 ? [0] : []), bytes);
const bitString = (bytes: Uint8Array) => der(3, Buffer.from([0]), bytes);
const hex = (text: string) => Buffer.from(text, 'hex');
const ECDSA_SHA256 = hex('300a06082a8648ce3d040302');
const RSA_SHA256 = hex('300d06092a864886f70d01010b0500');
const RSA = hex('300d06092a864886f70d0101010500');
const IS_CA = hex('300f0603551d130101ff040530030101ff');
const FOR_LOCALHOST = sequence(hex('0603551d11'), der(4, sequence(der(0x82, Buffer.from('localhost')))));
const SPAN = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('450101000000Z')));

const nameOf = (text: string) => sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(text)))));
const pem = (label: string, bytes: Buffer) =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

interface Signed {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: Uint8Array;
  readonly extension: Uint8Array;
  /** If it is undefined, the signature is invalid. */
  readonly signer?: KeyObject | undefined;
}

function certificate({ subject, issuer, publicKey, extension, signer }: Signed): string {
  const algorithm = signer ? ECDSA_SHA256 : RSA_SHA256;
  const body = sequence(
    ...[hex('a003020102'), integer(oddNumber(64)), algorithm, nameOf(issuer), SPAN, nameOf(subject), publicKey],
    der(0xa3, sequence(extension)),
  );
  const signature = signer ? sign('sha256', body, signer) : oddNumber(2048);
  return pem('CERTIFICATE', sequence(body, algorithm, bitString(signature)));
}

export interface RsaSize {
  readonly bits: number;
  readonly exponentBits: number;
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

/**
 * A certificate for localhost and `count - 1` others up to its authority, which is the last. With `odd`, there is one
 * with an RSA key of that size between them.
 */
export function makeChain(count: number, odd?: RsaSize): Pair & { readonly ca: string } {
  const keys = Array.from({ length: count }, newKey);
  const names = keys.map((_key, at) => (at === 0 ? 'localhost' : `authority ${at}`));
  const certificates = keys.map(({ publicKey }, at) =>
    certificate({
      subject: names[at] ?? '',
      issuer: names[at + 1] ?? names[at] ?? '',
      publicKey: odd && at === 1 ? rsaPublicKey(odd) : spkiOf(publicKey),
      extension: at === 0 ? FOR_LOCALHOST : IS_CA,
      signer: odd && at === 0 ? undefined : (keys[at + 1] ?? keys[at])?.privateKey,
    }),
  );
  const key = keys[0]?.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() ?? '';
  return { cert: certificates.join(''), key, ca: certificates.at(-1) ?? '' };
}

function rsaPublicKey({ bits, exponentBits }: RsaSize): Buffer {
  return sequence(RSA, bitString(sequence(integer(oddNumber(bits)), integer(oddNumber(exponentBits)))));
}

/** An RSA private key in PEM that cannot sign: generating a real key of many bits takes minutes. */
export function makeRsaKey({
  bits,
  exponentBits,
  privateBits = bits,
}: RsaSize & { readonly privateBits?: number }): string {
  const half = () => integer(oddNumber(bits / 2));
  const numbers = [integer(oddNumber(bits)), integer(oddNumber(exponentBits)), integer(oddNumber(privateBits))];
  const zero = hex('020100');
  return pem('RSA PRIVATE KEY', sequence(zero, ...numbers, half(), half(), half(), half(), half()));
}
