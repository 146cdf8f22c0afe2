import type { Problem } from '../../packages/client/src/hukz-error.js';
import type { Mistake } from './declaration-mistake.js';
import { type DeclaredObject, isObject, type Merged } from './merge-documents.js';

/** The API names the place of an object by its position: `webhooks[17].auth.token`. */
const PLACE = /\b(events|webhooks)\[(\d+)\]((?:\.[\w-]+|\[\d+\])*)/;
const LEADING = new RegExp(`^${PLACE.source}(?::\\s*)?`);

/** Says a refusal of the API by the files and lines of the declaration that was sent. */
export function placeProblem({ message, source }: Problem, merged: Merged): Mistake {
  const place = PLACE.exec(source ?? '') ?? PLACE.exec(message);
  const found = place && objectAt(place, merged);
  const at = found ? found.object.where(found.path) : (merged.whereHead(source ?? '') ?? 'the declaration');
  const rest = message.replace(LEADING, (_whole, _list, _nth, inner: string) => inner.replace(/^\./, '').concat(' '));
  const others = rest.replaceAll(new RegExp(PLACE.source, 'g'), (whole, list: string, nth: string) => {
    return objectOf(list, nth, merged)?.where() ?? whole;
  });
  const name = found ? `${found.kind} ${keyOf(found.object)}: ` : '';
  return { at, message: `${name}${others.trim()}` };
}

function objectAt([, list = '', nth = '', inner = '']: RegExpExecArray, merged: Merged) {
  const object = objectOf(list, nth, merged);
  const path = inner.split(/[.[\]]/).filter(Boolean);
  return object && { object, path, kind: list === 'events' ? 'event' : 'webhook' };
}

function objectOf(list: string, nth: string, { events, webhooks }: Merged): DeclaredObject | undefined {
  return (list === 'events' ? events : webhooks)?.[Number(nth)];
}

export function keyOf({ value }: Pick<DeclaredObject, 'value'>): string {
  return isObject(value) && typeof value.key === 'string' ? value.key : '(no key)';
}
