/** Encodes the private key of a client certificate for storage under the purpose `tls`. */
export const writeTlsKey = (key: string): string => JSON.stringify({ key });

/** @throws when the stored text has another form */
export function readTlsKey(stored: string): string {
  const parts: unknown = JSON.parse(stored);
  if (typeof parts === 'object' && parts !== null && 'key' in parts && typeof parts.key === 'string') return parts.key;
  throw new Error('the secret of its tls has no key');
}
