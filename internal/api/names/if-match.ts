import { z } from 'zod';
import { AppError, type ErrorCode } from '../../errors.js';
import type { ExpectedRevisions } from '../../store/records/change.js';

/** The header has at most the 16 KiB that Node reads, and no part of the pattern matches a text in two ways. */
const ENTITY_TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const SPACE = String.raw`[ \t]*`;
const ENTITY_TAGS = new RegExp(`^${SPACE}(?:,${SPACE})*${ENTITY_TAG}(?:${SPACE},(?:${SPACE}${ENTITY_TAG})?)*${SPACE}$`);

/** The values of the header that clients send. RFC 9110 allows more spaces and commas. */
const WRITTEN = String.raw`^(?:[*]|(?:W/)?"[^"\x00- ]*"(?:, ?(?:W/)?"[^"\x00- ]*")*)$`;

export const ifMatchHeader = z.object({
  'If-Match': z
    .string()
    .optional()
    .meta({
      description:
        'Revisions in quotes, as in `ETag`. Another revision is refused with 412. `*` allows any revision, as does no header.',
      example: '"3"',
      maxLength: 16 * 1024,
      pattern: WRITTEN,
    }),
});

/** The refusals of an endpoint that reads the header. */
export const IF_MATCH_REFUSALS: readonly ErrorCode[] = ['precondition_failed', 'unprocessable'];

/**
 * Reads `If-Match` of RFC 9110. Weak tags never match, because the comparison is strong.
 * @throws {AppError} `unprocessable` if the header is malformed
 */
export function parseIfMatch(header: string | undefined): ExpectedRevisions {
  if (header === undefined || header.trim() === '*') return undefined;
  if (!ENTITY_TAGS.test(header)) {
    const sentence = 'must be revisions in quotes, such as "3" or "3", "4", or a single *';
    throw new AppError('unprocessable', `If-Match ${sentence}`, 'If-Match');
  }
  const tags = header.matchAll(/(W\/)?"([^"]*)"/g);
  return new Set([...tags].flatMap(([, weak, tag]) => (weak || tag === undefined ? [] : [tag])));
}
