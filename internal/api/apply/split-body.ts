import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from '../../domain/message/json-skip.js';

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
  const space = (from: number) => skipSpace(body.subarray(0, from + MAX_SPACE), from);
  const valueEnd = (from: number) => skipValue(body.subarray(0, from + maxBytes), from);
  /** The start of the next part, or undefined behind the last one, or -1. */
  const following = (end: number, close: number) => {
    const at = space(end);
    if (body[at] === close) return undefined;
    return body[at] === COMMA ? space(at + 1) : -1;
  };

  function* entriesOf(name: string, opening: number): Generator<BodyPart | undefined, number> {
    yield { kind: 'list', name };
    let at: number | undefined = space(opening + 1);
    let end = at;
    if (body[at] === CLOSE_ARRAY) at = undefined;
    for (let nth = 0; at !== undefined; nth++) {
      end = at < 0 ? at : valueEnd(at);
      if (end < 0) return end;
      yield { kind: 'entry', name, nth, bytes: body.subarray(at, end) };
      at = following(end, CLOSE_ARRAY);
    }
    return space(end) + 1;
  }

  let at: number | undefined = space(0);
  if (body[at] !== OPEN_OBJECT) return yield undefined;
  at = space(at + 1);
  let end = at;
  if (body[at] === CLOSE_OBJECT) at = undefined;
  while (at !== undefined) {
    const nameEnd: number = body[at] === QUOTE ? skipString(body.subarray(0, at + maxBytes), at + 1) : -1;
    const colon = nameEnd < 0 ? -1 : space(nameEnd);
    if (body[colon] !== COLON) return yield undefined;
    const name = body.subarray(at, nameEnd);
    const start = space(colon + 1);
    const list = nameOfList(name, lists);
    if (list !== undefined && body[start] === OPEN_ARRAY) end = yield* entriesOf(list, start);
    else {
      end = valueEnd(start);
      if (end >= 0) yield { kind: 'member', name, bytes: body.subarray(start, end) };
    }
    if (end < 0) return yield undefined;
    at = following(end, CLOSE_OBJECT);
  }
  if (space(space(end) + 1) !== body.length) yield undefined;
}

function nameOfList(name: Uint8Array, lists: ReadonlySet<string>): string | undefined {
  const text = Buffer.from(name.buffer, name.byteOffset + 1, name.length - 2).toString();
  return lists.has(text) ? text : undefined;
}
