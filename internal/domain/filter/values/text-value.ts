import { firstElements, MAX_ELEMENTS } from './first-elements.js';
import type { Value } from './value.js';

export function textValue(text: string): Value {
  return { type: 'string', scalar: text, list: undefined };
}

/** A header that occurs several times is an array of its values. */
export function textsValue(texts: readonly string[]): Value | undefined {
  const [first] = texts;
  if (first === undefined) return undefined;
  if (texts.length === 1) return textValue(first);
  const list = firstElements(texts.length, texts.slice(0, MAX_ELEMENTS).map(textValue));
  return { type: 'array', scalar: undefined, list };
}
