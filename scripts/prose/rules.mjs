// The rules of the prose lint. Each says what is wrong with a block of prose and what to write instead.

/** The longest line of prose. Tables, code blocks and lines with a very long word or piece of code are exempt. */
export const MAX_COLUMNS = 120;
/** The longest table cell, in words. */
export const MAX_CELL_WORDS = 40;

const UNITS =
  'second|minute|hour|day|week|month|year|message|delivery|webhook|request|attempt|batch|row|line|process|instance|worker|' +
  'core|user|space|tenant|key|tag|token|format|operation|page|fact|claim|origin|partition|turn|round|tick|step|event|' +
  'connection|statement|file|command|folder|class|group|column|phase|stream|consumer|subject';
const COUNTED =
  'CPU|[µm]s|[KM]i?B|bytes?|times?|once|twice|\\d[\\d,.]*|messages|deliveries|requests|attempts|rows?|lines?|copies|files?|' +
  'steps?|statements|commits|entries|entry|connections|webhooks|events|words|folders?|objects?|pages?|seconds|' +
  'processes|retries';

/** Words that a native technical writer would not use here, with the advice that the lint prints. */
const WORDS = [
  { pattern: /\b(?:stands?|stood)\b/i, advice: 'say "is", "contains", "follows" or "means"' },
  { pattern: /\banew\b/i, advice: 'say "again", or leave it out' },
  { pattern: /\bby (?:itself|themselves)\b/i, advice: 'say "automatically", "alone" or "on its own"' },
  { pattern: /\b(?:nobody|somebody|whoever|whomever)\b/i, advice: 'name the person or the program' },
  { pattern: /\bwhat (?:becomes|became|has become) of\b/i, advice: 'name the outcome' },
  { pattern: /\b(?:is|are|was|were|be|been) told\b/i, advice: 'say what is logged, reported or answered' },
  { pattern: new RegExp(`\\b(?:${COUNTED}) an? (?:${UNITS})\\b(?! time)`), advice: 'write "per"' },
];

/** The same for texts that users of the API read. */
const API_WORDS = [
  { pattern: /\btold\b/i, advice: 'say what is reported or answered' },
  { pattern: /\bunless (?:given|told)\b/i, advice: 'write "Default: …"' },
  { pattern: /\blet (?:go|in)\b/i, advice: 'say "send" or "authenticate"' },
  { pattern: /\b(?:is|are) (?:not )?there\b/i, advice: 'say "is present" or "is missing"' },
  { pattern: /\bours\b/i, advice: 'name the owner' },
  { pattern: /\bfor (?:good|people)\b/i, advice: 'say "permanently", or name the readers' },
];

const SENTENCE_START = /(?:^|[.!?]["'”)]*\s+|\*\*\s*)(What|Whatever|Whichever|Whoever|Who|Where)\b[^.!?]*(?:[.!?]|$)/g;

/** Problems of one block: `{ index, what }`, where `index` is a position in its text. */
export function problemsOf({ kind, text }) {
  const words = kind === 'string' ? [...WORDS, ...API_WORDS] : WORDS;
  const problems = words.flatMap(({ pattern, advice }) => {
    const found = pattern.exec(text);
    return found ? [{ index: found.index, what: `"${found[0]}": ${advice}` }] : [];
  });
  if (kind !== 'heading') {
    for (const found of text.matchAll(SENTENCE_START)) {
      if (found[0].endsWith('?')) continue;
      const index = found.index + found[0].indexOf(found[1]);
      problems.push({ index, what: `a sentence that begins with "${found[1]}": give it a subject and a verb` });
    }
  }
  if (kind === 'cell') {
    const words = text.split(/\s+/).filter(Boolean).length;
    if (words > MAX_CELL_WORDS) problems.push({ index: 0, what: `a table cell of ${words} words (${MAX_CELL_WORDS})` });
  }
  return problems;
}

/** From this length on, a word or a piece of code excuses the line that it is in. */
const UNBREAKABLE = 80;

/** Whether a line is too long although it could be broken. */
export function isTooLong(line) {
  if (line.length <= MAX_COLUMNS) return false;
  const pieces = line.replaceAll(/(`+).*?\1/g, (code) => code.replaceAll(' ', '_')).split(' ');
  return pieces.every((piece) => piece.length < UNBREAKABLE);
}
