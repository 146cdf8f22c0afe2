import type { GatedEvent } from '../domain/matching/catalog.js';
import type { CatalogSchema } from '../domain/schema/event-schema.js';
import type { Degradation } from '../domain/streams/degradation.js';

/** The schemas that could not be compiled when a message needed them. */
export class UnusableSchemas {
  private readonly problems = new Map<number, { readonly event: string; readonly problem: string }>();

  /** @param gatedEvents the events of the catalog that have schemas */
  constructor(private readonly gatedEvents: () => Iterable<GatedEvent>) {}

  note({ id, version }: CatalogSchema, event: string, problem: string | undefined): void {
    if (problem === undefined) this.problems.delete(id);
    else this.problems.set(id, { event, problem: `schema "${version}": ${problem}` });
  }

  /** A schema that was deleted or turned off since is none. */
  degraded(): readonly Degradation[] {
    if (this.problems.size === 0) return [];
    const inUse = new Set<number>();
    for (const { schemas } of this.gatedEvents()) for (const { id, mode } of schemas) if (mode !== 'off') inUse.add(id);
    for (const id of this.problems.keys()) if (!inUse.has(id)) this.problems.delete(id);
    return [...this.problems.values()].map(({ event, problem }) => ({
      event,
      reason: 'schema_unusable',
      problem: `Messages that need it wait in quarantine, or pass if its mode is warn. ${problem}. Add a version that this version of hukz can use, then release them.`,
      isPartial: true,
    }));
  }
}
