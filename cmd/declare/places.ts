import { EVENT_ID, getScalarValue, parseEvents } from 'js-yaml';

/** The offset of a value in its file, with the places of its members or elements. */
export interface Place {
  readonly at: number;
  readonly parts: ReadonlyMap<string, Place>;
}

/** The place of each document in a YAML or JSON text. A document without content has none. */
export function placesIn(text: string): readonly (Place | undefined)[] {
  const events = parseEvents(text, {});
  let next = 0;
  const isEnd = () => events[next] === undefined || events[next]?.type === EVENT_ID.POP;

  /** The place of a member is that of its name. An alias has no places of its own. */
  function read(): Place {
    const event = events[next++];
    const parts = new Map<string, Place>();
    switch (event?.type) {
      case EVENT_ID.SEQUENCE:
        for (let nth = 0; !isEnd(); nth++) parts.set(String(nth), read());
        next++;
        return { at: event.start, parts };
      case EVENT_ID.MAPPING:
        while (!isEnd()) {
          const name = events[next];
          const { at } = read();
          const value = read();
          if (name?.type === EVENT_ID.SCALAR) parts.set(getScalarValue(text, name), { ...value, at });
        }
        next++;
        return { at: event.start, parts };
      case EVENT_ID.SCALAR:
        return { at: Math.max(event.valueStart, event.tagStart, 0), parts };
      case EVENT_ID.ALIAS:
        return { at: event.anchorStart, parts };
      default:
        return { at: 0, parts };
    }
  }

  const documents: (Place | undefined)[] = [];
  while (events[next] !== undefined) {
    next++;
    documents.push(isEnd() ? undefined : read());
    next++;
  }
  return documents;
}

/** The line of the value at a path, or of the innermost part around it that is written in the text. */
export function lineAt(text: string, place: Place, path: readonly string[]): number {
  let found = place;
  for (const step of path) {
    const part = found.parts.get(step);
    if (!part) break;
    found = part;
  }
  return text.slice(0, found.at).split('\n').length;
}
