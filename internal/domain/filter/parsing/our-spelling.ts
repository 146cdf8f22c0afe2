import { pointerTo } from '../values/wanted-paths.js';
import { OTHER_SPELLINGS } from './operators.js';

/**
 * Replaces the operators of other products by ours, so that their filters can be sent as they are. A literal stays as
 * it is. `Object.fromEntries` makes a member of any name, also of `__proto__`.
 */
export function inOurSpelling(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(inOurSpelling);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (name === '$literal') return [name, value];
      if (name === '$ref' && typeof value === 'string') return ['$field', pointerOf(value)];
      return [OTHER_SPELLINGS.get(name) ?? name, inOurSpelling(value)];
    }),
  );
}

/** `order.limit` is `/order/limit`. */
function pointerOf(dotted: string): string {
  return dotted.startsWith('/') ? dotted : dotted.split('.').reduce(pointerTo, '');
}
