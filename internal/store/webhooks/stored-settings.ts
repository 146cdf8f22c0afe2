import { FIRES_NOTHING } from '../../domain/filter/filter.js';
import { NO_SETTINGS, SETTINGS, type WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { SpaceDefaults } from '../../domain/settings/space-defaults.js';
import type { SomeCodec } from '../../domain/stored/codec.js';
import { echo } from '../../domain/text/echo.js';

/** The version of the form of stored settings. It is stored in their member `version`; no settings at all are `{}`. */
const VERSION = 2;

const ROWS = Object.entries<readonly [name: string, codec: SomeCodec]>(SETTINGS);
const BY_NAME = new Map(ROWS.map(([property, [name, { read }]]) => [name, { property, read }]));
const BY_PROPERTY = new Map(
  ROWS.map(([property, [name, { write }]]) => [property, { name, write: write as (value: unknown) => unknown }]),
);

/** The stored name of the filter. A webhook whose filter cannot be read gets no new deliveries. */
const [FILTER] = SETTINGS.filter;

export interface ReadSettings {
  readonly settings: WebhookSettings;
  /**
   * Says which settings are left out because they could not be read. Without them the webhook must not be sent to. The
   * text contains no stored value.
   */
  readonly problem: string | undefined;
}

const OF_WEBHOOK = 'its stored settings';

export const NOTHING_STORED: ReadSettings = { settings: NO_SETTINGS, problem: undefined };

/**
 * Reads the column `own_settings`, or another column of the same form. Null is the same as `{}`. `what` names the
 * settings in a problem.
 */
export function readSettings(stored: unknown, what = OF_WEBHOOK): ReadSettings {
  const unreadable = (how: string, settings: WebhookSettings = NO_SETTINGS): ReadSettings => {
    const remedy = what === OF_WEBHOOK ? 'correct own_settings in its row of webhooks' : 'set them again';
    return { settings, problem: `${what} ${how}. Upgrade this instance, or ${remedy}` };
  };
  if (stored === null) return NOTHING_STORED;
  if (typeof stored !== 'object' || Array.isArray(stored)) return unreadable('are no JSON object');
  const names = Object.keys(stored);
  if (names.length === 0) return NOTHING_STORED;
  const members = stored as Readonly<Record<string, unknown>>;
  if (members.version !== VERSION) {
    const how = `do not have the version ${VERSION} that this version of hukz reads`;
    return unreadable(how, FILTER in members ? { filter: FIRES_NOTHING } : NO_SETTINGS);
  }
  const settings: Record<string, unknown> = {};
  const unread: string[] = [];
  for (const name of names) {
    if (name === 'version') continue;
    const row = BY_NAME.get(name);
    const value = row?.read(members[name]);
    if (row && value !== undefined) settings[row.property] = value;
    else unread.push(echo(name));
    if (name === FILTER && value === undefined) settings.filter = FIRES_NOTHING;
  }
  if (unread.length > 0) return unreadable(`have an unknown form or name: ${unread.join(', ')}`, settings);
  return { settings, problem: undefined };
}

/** Returns the JSON text for the column `own_settings`. */
export function writeSettings(settings: WebhookSettings): string {
  const members = Object.entries(settings).filter(([, value]) => value !== undefined);
  if (members.length === 0) return '{}';
  return JSON.stringify({ version: VERSION, ...Object.fromEntries(members.map(stored)) });
}

function stored([property, value]: [string, unknown]): [name: string, value: unknown] {
  const row = BY_PROPERTY.get(property);
  const member = row?.write(value);
  if (!row || member === undefined) throw new Error(`the setting ${property} has a value without a stored form`);
  return [row.name, member];
}

/** SQL for a setting of a row of `webhooks`, as text. Null if the webhook has no such setting. */
export const settingText = (property: keyof WebhookSettings) => `own_settings ->> '${SETTINGS[property][0]}'`;

/** As `settingText`, but as a number. Null also if the stored value is no number. */
export const settingNumber = (property: keyof WebhookSettings) => numberIn('own_settings', SETTINGS[property][0]);

/** As `settingText`, or else the default of the webhook's space. */
export const resolvedText = (property: keyof SpaceDefaults) =>
  `coalesce(${settingText(property)}, ${ofSpace(`defaults ->> '${SETTINGS[property][0]}'`)})`;

/** As `settingNumber`, or else the default of the webhook's space. */
export const resolvedNumber = (property: keyof SpaceDefaults) =>
  `coalesce(${settingNumber(property)}, ${ofSpace(numberIn('defaults', SETTINGS[property][0]))})`;

const ofSpace = (sql: string) => `(select ${sql} from spaces where spaces.id = webhooks.space_id)`;

const numberIn = (column: string, name: string) =>
  `case when jsonb_typeof(${column} -> '${name}') = 'number' then (${column} -> '${name}')::float8 end`;
