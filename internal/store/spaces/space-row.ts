import type { MessageLimit, MessageLimits } from '../../domain/limits/message-limits.js';
import type { SpaceMapping } from '../../domain/matching/space-names.js';
import type { Tags } from '../../domain/matching/tags.js';
import type { SpaceDefaults } from '../../domain/settings/space-defaults.js';
import {
  column,
  jsonColumn,
  nullableJsonColumn,
  readColumns,
  type ValuesIn,
  writeColumns,
} from '../postgres/columns.js';
import { type Recorded, type RecordRow, toRecord } from '../postgres/record.js';
import { NAME_COLUMNS } from '../records/name-columns.js';
import { readSettings, writeSettings } from '../webhooks/stored-settings.js';

/** Whether the webhooks of a space receive messages that do not name the space. */
export type Isolation = 'open' | 'strict';

/** Limits that an operator sets, as they are stored. An absent one means no limit. */
export type SpaceLimits = { readonly [Limit in 'webhooks' | MessageLimit]?: number };

/** Those for messages, which instances know. */
export const messageLimits = (limits: SpaceLimits): MessageLimits => ({
  messagesPerSecond: limits.messages_per_second,
  messageBytes: limits.message_bytes,
  pending: limits.pending,
});

const COLUMNS = {
  name: column<string>('name'),
  tags: jsonColumn<Tags>('tags'),
  isolation: column<Isolation>('isolation'),
  /** The part of a message that names the space. Null: only `Hukz-Space` does. */
  subject: nullableJsonColumn<SpaceMapping>('subject'),
  limits: jsonColumn<SpaceLimits>('limits'),
  ...NAME_COLUMNS,
};

/** The values of a space that users set. */
export interface SpaceFields extends ValuesIn<typeof COLUMNS> {
  /** The settings of webhooks in the space that have none of their own. */
  readonly defaults: SpaceDefaults;
}

/** A tenant. Its id is the number that webhooks and messages have in `space_id` and `Hukz-Space`. */
export type Space = Recorded & SpaceFields;

/** A row of `spaces`; bigint columns arrive as text. */
export interface SpaceRow extends Omit<RecordRow, 'id'> {
  readonly id: string;
  readonly defaults: unknown;
}

export const toSpace = (row: SpaceRow): Space => ({
  ...toRecord({ ...row, id: Number(row.id) }),
  ...readColumns(COLUMNS, row),
  defaults: readSettings(row.defaults).settings,
});

export const spaceCells = (fields: SpaceFields) => ({
  ...writeColumns(COLUMNS, fields),
  defaults: writeSettings(fields.defaults),
});
