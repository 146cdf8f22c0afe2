import type { Response } from 'express';
import { z } from 'zod';
import type { Endpoint } from './endpoint.js';

const HEADER = 'hukz-ignored';
const MAX_NAMES = 20;
const MAX_LENGTH = 64;

/** The query parameters that an endpoint does not have. They are ignored, because gateways add their own. */
export function unknownParameters({ query }: Endpoint, input: object): readonly string[] {
  const known = query instanceof z.ZodObject ? query.shape : {};
  return Object.keys(input).filter((name) => !Object.hasOwn(known, name));
}

/** Names ignored parts of a request in the answer, at most twenty of them, percent-encoded and cut. */
export function reportIgnored(res: Response, names: readonly string[]): void {
  if (names.length === 0) return;
  const before = res.get(HEADER)?.split(', ') ?? [];
  res.set(HEADER, [...before, ...names.slice(0, MAX_NAMES).map(shown)].slice(0, MAX_NAMES).join(', '));
}

/** The cut may not leave a part of an escape. */
function shown(name: string): string {
  const encoded = encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '?'));
  return encoded.length <= MAX_LENGTH ? encoded : encoded.slice(0, MAX_LENGTH).replace(/%[0-9A-F]?$/, '');
}
