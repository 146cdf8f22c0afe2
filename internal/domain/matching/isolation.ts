import type { ResourceName } from '../message/headers/resource-name.js';
import { parseSpaceName } from '../message/headers/space-name.js';
import type { Header } from '../message/message.js';
import { KEY_PREFIX } from '../resource-key.js';
import type { MessageHead } from './message-view.js';
import type { KnownSpaces, SpaceMapping, SpaceNames, StrictSpace } from './space-names.js';

/**
 * Decides whether a message names a strict space. With a token of the subject, nothing else names the space: a
 * publisher whom NATS allows `orders.acme.>` alone could otherwise name any space in a header. A header that is mapped
 * decides if the message has it, and otherwise `Hukz-Space` does. The routing of the message must be valid, and must
 * not name another space.
 */
export function namesSpace(message: MessageHead, id: number, { mapping }: StrictSpace, names: SpaceNames): boolean {
  if (mapping !== undefined && ('token' in mapping || hasHeader(message.headers, mapping.header)))
    return mappedSpace(message, mapping, names) === id;
  const { routing } = message;
  return routing.ok && routing.value.space !== undefined && names.idOf(routing.value.space) === id;
}

/** The numbers of all spaces that a message names in some way, each at least once. */
export function spacesNamed(message: MessageHead, spaces: KnownSpaces): readonly number[] {
  const { routing } = message;
  const header = routing.ok ? routing.value.space : undefined;
  const named = [header === undefined ? undefined : spaces.idOf(header)];
  for (const mapping of spaces.mappings()) named.push(mappedSpace(message, mapping, spaces));
  return named.filter((id) => id !== undefined);
}

/** The spaces that a message names and whose webhooks may therefore receive it, each once. */
export function spacesReached(message: MessageHead, spaces: KnownSpaces): ReadonlySet<number> {
  const { routing } = message;
  const header = routing.ok ? routing.value.space : undefined;
  const only = header === undefined ? undefined : spaces.idOf(header);
  const reached = spacesNamed(message, spaces).filter((id) => {
    const strict = spaces.strict(id);
    return (header === undefined || id === only) && (!strict || namesSpace(message, id, strict, spaces));
  });
  return new Set(reached);
}

function mappedSpace({ subject, headers }: MessageHead, mapping: SpaceMapping, names: SpaceNames): number | undefined {
  const text = 'token' in mapping ? subject.split('.', mapping.token)[mapping.token - 1] : soleValue(headers, mapping);
  const name = text === undefined ? undefined : nameIn(text);
  return name === undefined ? undefined : names.idOf(name);
}

const NUMBER = /^(?:0|[1-9]\d{0,14})$/;
const DIGITS = /^\d+$/;

/** Digits are always a number, so that the key of one space is never taken for the number of another. */
function nameIn(text: string): ResourceName | undefined {
  if (DIGITS.test(text)) return NUMBER.test(text) ? Number(text) : undefined;
  const name = parseSpaceName(text.startsWith(KEY_PREFIX) ? text : `${KEY_PREFIX}${text}`);
  return name.ok ? name.value : undefined;
}

/** The value of a header. Undefined if it has several different ones. */
function soleValue(headers: readonly Header[], { header }: { readonly header: string }): string | undefined {
  const [value, ...others] = headers.flatMap(([name, each]) => (isHeader(name, header) ? [each] : []));
  return others.every((other) => other === value) ? value : undefined;
}

const hasHeader = (headers: readonly Header[], wanted: string) => headers.some(([name]) => isHeader(name, wanted));
const isHeader = (name: string, wanted: string) => name.toLowerCase() === wanted.toLowerCase();
