import { column } from '../postgres/columns.js';

/** The columns of a resource that users may name themselves. */
export const NAME_COLUMNS = {
  /** A name that is unique among the resources that are not deleted: of all events, and of the webhooks of a space. */
  key: column<string | null>('key'),
  /** The program or the person who declares the resource. */
  managedBy: column<string | null>('managed_by'),
};
