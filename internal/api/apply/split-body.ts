import { Items, type StepBounds } from '../../domain/message/json-members.js';
import { OPEN_ARRAY, OPEN_OBJECT, skipSpace } from '../../domain/message/json-skip.js';

/** A part of a body that is an object: one of its members, or an entry of one of its long lists. */
export type BodyPart =
  | { readonly kind: 'member'; readonly name: Uint8Array; readonly bytes: Uint8Array }
  /** A long list begins. Its entries follow. */
  | { readonly kind: 'list'; readonly name: string }
  | { readonly kind: 'entry'; readonly name: string; readonly nth: number; readonly bytes: Uint8Array };

interface Splitting {
  /** The names of members that are split into their entries. */
  readonly lists: ReadonlySet<string>;
  /** Maximum size of a member or of an entry. */
  readonly maxBytes: number;
}

/** Maximum length of white space between two parts, which bounds the time of one step. */
const MAX_SPACE = 64 * 1024;

/**
 * Splits the JSON object of a large body without parsing it. Each step reads one part. It yields undefined at last if
 * the body is not one well-formed object, or if a part is larger than `maxBytes`.
 */
export function* splitBody(body: Uint8Array, { lists, maxBytes }: Splitting): Generator<BodyPart | undefined> {
  const bounds: StepBounds = { maxBytes, maxSpace: MAX_SPACE };
  const opening = skipSpace(body.subarray(0, MAX_SPACE), 0);
  if (body[opening] !== OPEN_OBJECT) return yield undefined;
  const items = new Items(body, opening, bounds);
  for (let at = items.at; at !== undefined; at = items.at) {
    const head = items.nameAt(at);
    if (!head) return yield undefined;
    const name = body.subarray(at, head.nameEnd);
    const list = nameOfList(name, lists);
    if (list !== undefined && body[head.start] === OPEN_ARRAY) {
      items.pass(yield* entriesOf(list, new Items(body, head.start, bounds), body));
      continue;
    }
    const end = items.valueEnd(head.start);
    if (end >= 0) yield { kind: 'member', name, bytes: body.subarray(head.start, end) };
    items.pass(end);
  }
  if (!items.isWhole) yield undefined;
}

/** Yields a list with its entries. Returns its end, or a number below 0 if it is malformed. */
function* entriesOf(name: string, entries: Items, body: Uint8Array): Generator<BodyPart, number> {
  yield { kind: 'list', name };
  for (let nth = 0; entries.at !== undefined; nth++) {
    const { at } = entries;
    const end = entries.valueEnd(at);
    if (end >= 0) yield { kind: 'entry', name, nth, bytes: body.subarray(at, end) };
    entries.pass(end);
  }
  return entries.end;
}

function nameOfList(name: Uint8Array, lists: ReadonlySet<string>): string | undefined {
  const text = Buffer.from(name.buffer, name.byteOffset + 1, name.length - 2).toString();
  return lists.has(text) ? text : undefined;
}
