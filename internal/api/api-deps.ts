import type { Logger } from '../logger.js';
import type { Db } from '../store/knex.js';

/** What the API needs from the rest of the service. */
export interface ApiDeps {
  readonly db: Db;
  /** Resolves when this instance matches and subscribes by what the store says now. */
  catalogChanged(): Promise<void>;
  /** Before an event's subject is stored or changed: why it could not be subscribed just now (NATS away), or undefined. */
  intakeProblem(): string | undefined;
  /** Problems by dependency; empty when ready. */
  readiness(): Promise<Readonly<Record<string, string>>>;
  readonly logger: Logger;
  readonly version: string;
  /** Whether the page for people, `/docs`, is served. */
  readonly development: boolean;
  readonly allowAllSubjects: boolean;
}
