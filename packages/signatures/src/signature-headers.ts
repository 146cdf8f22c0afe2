import type { Scheme, SignatureHeaders, ToSign } from './scheme.js';

/**
 * Puts signatures into headers: name, value, name, value … The newest secret's signature comes first.
 * @param signatures with the mark of their scheme
 */
export function signedHeaders(
  { signature, previous, more }: SignatureHeaders,
  request: ToSign,
  signatures: readonly string[],
): readonly string[] {
  const first = more?.(request) ?? [];
  if (previous === undefined) return [...first, signature, signatures.join(' ')];
  const [newest, ...older] = signatures;
  const headers = [...first];
  if (newest !== undefined) headers.push(signature, newest);
  if (older.length > 0) headers.push(previous, older.join(','));
  return headers;
}

/** Returns the names, in lower case, of the headers by which a receiver verifies a request. */
export function headerNames(scheme: Scheme, prefix: string): readonly string[] {
  const request: ToSign = { id: '', timestamp: 0, subject: '', body: new Uint8Array(0) };
  const headers = signedHeaders(scheme.headers(prefix), request, ['newest', 'older']);
  return headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
}

/** Returns the signatures that headers contain, with the mark of the scheme. Those of other schemes are left out. */
export function signaturesIn(
  { mark }: Scheme,
  { signature, previous }: SignatureHeaders,
  header: (name: string) => string | undefined,
): readonly string[] {
  const texts =
    previous === undefined
      ? (header(signature) ?? '').split(' ')
      : [header(signature) ?? '', ...(header(previous) ?? '').split(',')];
  return texts.map((text) => text.trim()).filter((text) => text.startsWith(mark));
}
