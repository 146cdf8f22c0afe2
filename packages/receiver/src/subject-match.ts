/**
 * Returns whether a subject matches a pattern, with the wildcards of NATS: `*` is one part between dots, and `>` at the
 * end is one or more parts.
 * @throws {TypeError} if the pattern is not one
 */
export function makeMatch(pattern: string): (subject: string) => boolean {
  const parts = pattern.split('.');
  const isOpen = parts.at(-1) === '>';
  const fixed = isOpen ? parts.slice(0, -1) : parts;
  if (parts.some((part) => part === '') || fixed.includes('>'))
    throw new TypeError(`on: ${JSON.stringify(pattern)} is not a subject; a subject is like order.created or order.*`);
  return (subject) => {
    const given = subject.split('.');
    if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false;
    return fixed.every((part, index) => part === '*' || part === given[index]);
  };
}
