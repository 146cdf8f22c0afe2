import type { PageOptions } from '../output/output.js';
import { given } from './given.js';

/** The options of the lists of events, webhooks and spaces: `addListOptions` and `addTagFilters`. */
export interface NamedListOptions extends PageOptions {
  readonly cursor?: string;
  readonly tag?: string[];
  readonly managedBy?: string;
}

export const namedQuery = ({ cursor, tag, managedBy: managed_by }: NamedListOptions) =>
  given({ cursor, tag, managed_by });
