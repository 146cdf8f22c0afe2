/** Whether a host as `new URL` writes it is a DNS name in ASCII or an address. `new URL` also accepts `a*b`. */
export function isHostName(hostname: string): boolean {
  return /^(?:(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:.]+\])$/.test(hostname);
}
