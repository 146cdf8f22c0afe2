import { z } from 'zod';
import { boundedRecord, boundedText } from '../bodies/bounds.js';

const MAX_KEYWORDS = 200;
const MAX_KEYWORD_LENGTH = 255;

/** A JSON Schema in a body. Its parts are judged when it is compiled. */
export const schemaField = z.union(
  [
    boundedRecord(
      { key: boundedText(MAX_KEYWORD_LENGTH), value: z.unknown() },
      MAX_KEYWORDS,
      `a schema has at most ${MAX_KEYWORDS} keywords at its top`,
    ),
    z.boolean(),
  ],
  'must be a JSON Schema: an object, true or false',
);
