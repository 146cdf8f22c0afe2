/**
 * Whether a host, as `new URL` writes it, is an ASCII DNS name or an address. `new URL` also accepts hosts such as
 * `a*b`.
 */
export function isHostName(hostname: string): boolean {
  return /^(?:(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:.]+\])$/.test(hostname);
}
