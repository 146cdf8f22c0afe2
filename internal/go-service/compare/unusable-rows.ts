import { parseSubject } from '../../domain/matching/subject.js';
import { receiverUrlProblem } from '../../domain/receiver-url.js';
import { splitLogin } from '../rows/login.js';
import { isObject } from './differences.js';

/** The rows of the Go service that the import keeps but does not use, by id. */
export interface UnusableRows {
  readonly events: ReadonlySet<unknown>;
  readonly webhooks: ReadonlySet<unknown>;
}

/** Finds them in the answers of the Go service. */
export function makeUnusableRows() {
  const events = new Map<number, string>();
  const webhooks = new Set<unknown>();
  return {
    /** Looks at the nodes of a list. */
    see(body: unknown): void {
      const nodes = isObject(body) && Array.isArray(body.nodes) ? (body.nodes as readonly unknown[]) : [];
      for (const node of nodes.filter(isObject)) {
        const { id, event, url, events: links } = node;
        if (typeof id === 'number' && typeof event === 'string' && links === undefined) events.set(id, event);
        if (typeof url === 'string' && Array.isArray(links) && cannotBeCalled(url)) webhooks.add(id);
      }
    },
    found: (): UnusableRows => ({ events: unusableOf(events), webhooks }),
  };
}

const cannotBeCalled = (url: string) => url === '' || receiverUrlProblem(splitLogin(url).url) !== undefined;

/** Of the events with one subject, regardless of case, the one with the lowest id is used. */
function unusableOf(events: ReadonlyMap<number, string>): ReadonlySet<unknown> {
  const unusable = new Set<unknown>();
  const taken = new Set<string>();
  for (const [id, subject] of [...events].sort(([a], [b]) => a - b)) {
    const key = subject.toLowerCase();
    if (taken.has(key) || !parseSubject(subject, { allowAll: false }).ok) unusable.add(id);
    else taken.add(key);
  }
  return unusable;
}
