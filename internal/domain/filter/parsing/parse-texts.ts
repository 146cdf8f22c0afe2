import type { TextCheck, TextPart } from '../condition.js';
import type { Part } from './refusal.js';

const MAX_TEXTS = 1000;
const TEXTS = 'a text, or a list of texts';

/** An operand that is one entry or a list of them. */
export function textsOf(part: Part): readonly Part[] {
  return Array.isArray(part.json) ? part.entries(MAX_TEXTS, TEXTS) : [part];
}

export function parseTexts(part: Part, how: TextPart, ignoresCase = false): TextCheck {
  const texts = textsOf(part).map((entry) => entry.text(TEXTS));
  return { is: 'text', part: how, texts: ignoresCase ? texts.map((text) => text.toLowerCase()) : texts, ignoresCase };
}

const PARTS: ReadonlyMap<string, TextPart> = new Map<string, TextPart>([
  ['$eq', 'whole'],
  ['$in', 'whole'],
  ['$prefix', 'start'],
  ['$suffix', 'end'],
  ['$contains', 'part'],
  ['$like', 'pattern'],
]);
const OPERAND = `a text, or an object of ${[...PARTS.keys()].join(', ')}`;

/** Parses the operand of `$ci`: `"paid"`, or `{"$prefix": "eu-"}`. */
export function parseIgnoringCase(part: Part): readonly TextCheck[] {
  if (typeof part.json === 'string') return [parseTexts(part, 'whole', true)];
  return part.members(OPERAND).map(([name, member]) => {
    const how = PARTS.get(name);
    return how ? parseTexts(member, how, true) : member.refuse(`is not possible here; $ci must be ${OPERAND}`);
  });
}
