import { z } from 'zod';
import type { WebhookSettings } from '../../../domain/matching/webhook-settings.js';
import { shownHeaderValues } from '../../../domain/secrets/hidden-headers.js';
import { formatDuration } from '../../../domain/text/duration.js';
import type { credentialFields } from '../credentials.js';
import { breakerAnswer, breakerField } from './breaker-field.js';
import { durationField } from './duration-field.js';
import { filterAnswer, filterField, filterJson, filterOversizeField } from './filter-field.js';
import { formatField } from './format-field.js';
import { headersField } from './header-fields.js';
import { listenField } from './listen-field.js';
import { orderingAnswer, orderingField, orderingJson } from './ordering-field.js';
import { passHeadersField } from './pass-headers-field.js';
import { rateField, rateJson } from './rate-field.js';
import { retryAnswer, retryField, retryJson } from './retry-field.js';
import { requireOwnSignature, signatureAnswer, signatureField } from './signature-field.js';

const MAX_TIMEOUT_MS = 5 * 60_000;
const MAX_IN_FLIGHT = 1000;
const YEAR_MS = 365 * 86_400_000;

const methodField = z
  .enum(['POST', 'PUT', 'PATCH'])
  .meta({ description: 'The method of the requests. Default: POST.', example: 'PUT' });
const timeoutField = durationField(100, MAX_TIMEOUT_MS, {
  description:
    'Total time limit for one request, including reading the answer. At most MAX_TIMEOUT. Default: REQUEST_TIMEOUT.',
  example: '10s',
  allowed: ({ ceilings }) => ({ maxMs: ceilings.maxTimeoutMs }),
});
const maxInFlightField = z.int().min(1).max(MAX_IN_FLIGHT).meta({
  description: 'Maximum number of concurrent requests per instance. Default: MAX_IN_FLIGHT_PER_WEBHOOK.',
  example: 4,
});
const disableAfterField = durationField(0, YEAR_MS, {
  description: 'Time of nothing but failures after which the webhook is disabled. 0s: never. Default: DISABLE_AFTER.',
  example: '5d',
});

/** Any setting: its public name, its schemas in requests and answers, and the answer about its value. */
interface Setting<Value> {
  readonly name: string;
  readonly body: z.ZodType;
  readonly answer: z.ZodType;
  toJson(value: Value): unknown;
}

/** Those with secrets are declared in `credentials.ts`. */
type Settings = {
  readonly [Key in Exclude<keyof WebhookSettings, keyof typeof credentialFields>]-?: Setting<
    NonNullable<WebhookSettings[Key]>
  >;
};

/** A setting that is missing here does not compile. `toJson` makes the answer from what `body` was parsed to. */
const SETTINGS = {
  format: setting('format', formatField, z.string(), (format) => format),
  method: setting('method', methodField, z.string(), (method) => method),
  signature: setting('signature', signatureField, signatureAnswer, (signature) => signature),
  headers: setting('headers', headersField, z.record(z.string(), z.string()), shownHeaderValues),
  passHeaders: setting('pass_headers', passHeadersField, z.array(z.string()), (names) => [...names]),
  timeoutMs: setting('timeout', timeoutField, z.string(), formatDuration),
  retry: setting('retry', retryField, retryAnswer, retryJson),
  maxInFlight: setting('max_in_flight', maxInFlightField, z.int(), (count) => count),
  rate: setting('rate', rateField, z.string(), rateJson),
  breaker: setting('breaker', breakerField, breakerAnswer, (breaker) => breaker),
  ordering: setting('ordering', orderingField, orderingAnswer, orderingJson),
  listenMs: setting('listen', listenField, z.string(), formatDuration),
  filter: setting('filter', filterField, filterAnswer, filterJson),
  filterOversize: setting('filter_oversize', filterOversizeField, z.string(), (decision) => decision),
  disableAfterMs: setting('disable_after', disableAfterField, z.string(), formatDuration),
} satisfies Settings;

function setting<const Name extends string, Body extends z.ZodType, Answer extends z.ZodType>(
  name: Name,
  body: Body,
  answer: Answer,
  toJson: (value: NonNullable<z.output<Body>>) => z.input<Answer>,
) {
  return { name, body, answer, toJson };
}

type Table = typeof SETTINGS;
type Row = Table[keyof Table];

/** The members of a body. An absent setting stays, and `null` resets it to the configured default. */
export const settingFields = shapeOf(({ body }) => body.nullish()) as {
  readonly [Key in keyof Table as Table[Key]['name']]: z.ZodOptional<z.ZodNullable<Table[Key]['body']>>;
};

/**
 * The members of an answer. A setting with the configured default is absent, so that a plain webhook keeps its original
 * form.
 */
export const settingAnswers = shapeOf(({ answer }) => answer.optional()) as {
  readonly [Key in keyof Table as Table[Key]['name']]: z.ZodOptional<Table[Key]['answer']>;
};

function shapeOf(schemaOf: (row: Row) => z.ZodType): Readonly<Record<string, z.ZodType>> {
  return Object.fromEntries(Object.values(SETTINGS).map((row) => [row.name, schemaOf(row)]));
}

type SettingsBody = { readonly [Name in keyof typeof settingFields]?: z.output<(typeof settingFields)[Name]> };

/** A setting is replaced as a whole. */
export function changeSettings(current: WebhookSettings, body: SettingsBody): WebhookSettings {
  const changed = new Map<string, unknown>(Object.entries(current));
  for (const [key, { name }] of Object.entries(SETTINGS)) {
    const value = body[name];
    if (value === null) changed.delete(key);
    else if (value !== undefined) changed.set(key, value);
  }
  const settings = Object.fromEntries(changed) as WebhookSettings;
  requireOwnSignature(settings);
  return settings;
}

type SettingsJson = { readonly [Name in keyof typeof settingAnswers]: z.input<(typeof settingAnswers)[Name]> };

export function settingsJson(settings: WebhookSettings): SettingsJson {
  const values = new Map<string, unknown>(Object.entries(settings));
  const members = Object.entries<Setting<never>>(SETTINGS).map(([key, { name, toJson }]) => {
    const value = values.get(key);
    return [name, value === undefined ? undefined : toJson(value as never)];
  });
  return Object.fromEntries(members) as SettingsJson;
}
