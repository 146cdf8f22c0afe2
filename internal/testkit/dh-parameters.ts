import { getDiffieHellman } from 'node:crypto';

/** PKCS#3 parameters of a group such as `modp18` (8192 bits), in the format that TLS servers read. */
export function dhParameters(group: string): string {
  const prime = getDiffieHellman(group).getPrime();
  const length = (bytes: number) => [0x82, bytes >> 8, bytes & 255];
  const number = Buffer.concat([Buffer.from([2, ...length(prime.length + 1), 0]), prime]);
  const body = Buffer.concat([number, Buffer.from([2, 1, 2])]);
  const text = Buffer.concat([Buffer.from([0x30, ...length(body.length)]), body]).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${text.replace(/.{1,64}/g, '$&\n')}-----END DH PARAMETERS-----\n`;
}
