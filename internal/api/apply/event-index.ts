import { KEY_PREFIX } from '../../domain/resource-key.js';
import type { EventNames } from '../../store/declared/declared-events.js';
import { Ticks } from '../../ticks.js';
import type { EventName } from './declaration.js';

interface Named {
  readonly id: number;
  readonly key: string | null;
  readonly subject: string;
}

/** Events by all their names. */
export class EventIndex<E extends Named = Named> {
  private readonly keys = new Map<string | null, E>();
  private readonly subjects = new Map<string, E>();
  private readonly anyCase = new Map<string, E>();
  private readonly ids = new Map<number, E>();

  /** Makes an index in ticks of the event loop, because there may be 10,000 events. */
  static async of<E extends Named>(events: Iterable<E>): Promise<EventIndex<E>> {
    const ticks = new Ticks();
    const index = new EventIndex<E>();
    for (const event of events) {
      await ticks.next();
      index.add(event);
    }
    return index;
  }

  get events(): Iterable<E> {
    return this.ids.values();
  }

  byKey(key: string): E | undefined {
    return this.keys.get(key);
  }

  bySubjectInAnyCase(subject: string): E | undefined {
    return this.anyCase.get(subject.toLowerCase());
  }

  /** The event that a webhook names. */
  find(name: EventName): E | undefined {
    if (typeof name === 'number') return this.ids.get(name);
    return name.startsWith(KEY_PREFIX) ? this.keys.get(name.slice(KEY_PREFIX.length)) : this.subjects.get(name);
  }

  private add(event: E): void {
    this.ids.set(event.id, event);
    this.subjects.set(event.subject, event);
    this.anyCase.set(event.subject.toLowerCase(), event);
    if (event.key !== null) this.keys.set(event.key, event);
  }

  static namesIn(names: readonly EventName[]): EventNames {
    const texts = names.filter((name) => typeof name === 'string');
    const isKey = (name: string) => name.startsWith(KEY_PREFIX);
    return {
      keys: texts.filter(isKey).map((name) => name.slice(KEY_PREFIX.length)),
      subjects: texts.filter((name) => !isKey(name)),
      ids: names.filter((name) => typeof name === 'number'),
    };
  }
}
