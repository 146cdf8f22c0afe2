/** Encodes the value of `proxy-authorization` for storage under the purpose `proxy`. */
export const writeProxyCredentials = (authorization: string): string => JSON.stringify({ authorization });

/** @throws when the stored text has another form */
export function readProxyCredentials(stored: string): string {
  const parts: unknown = JSON.parse(stored);
  if (
    typeof parts === 'object' &&
    parts !== null &&
    'authorization' in parts &&
    typeof parts.authorization === 'string'
  )
    return parts.authorization;
  throw new Error('the secret of its proxy has no credentials');
}
