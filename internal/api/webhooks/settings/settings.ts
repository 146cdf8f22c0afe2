import { z } from 'zod';
import type { WebhookSettings } from '../../../domain/matching/webhook-settings.js';
import { shownHeaderValues } from '../../../domain/secrets/hidden-headers.js';
import { formatDuration } from '../../../domain/text/duration.js';
import { breakerAnswer, breakerField } from './breaker-field.js';
import { durationField } from './duration-field.js';
import { formatField } from './format-field.js';
import { headersField } from './header-fields.js';
import { orderingAnswer, orderingField, orderingJson } from './ordering-field.js';
import { passHeadersField } from './pass-headers-field.js';
import { rateField, rateJson } from './rate-field.js';
import { retryAnswer, retryField, retryJson } from './retry-field.js';
import { requireOwnSignature, signatureAnswer, signatureField, signatureJson } from './signature-field.js';

const MAX_TIMEOUT_MS = 5 * 60_000;
const MAX_IN_FLIGHT = 1000;
const YEAR_MS = 365 * 86_400_000;

/** One row per setting, by its public name. An absent setting stays, and `null` resets it to the configured default. */
export const settingFields = {
  format: formatField.nullish(),
  method: z
    .enum(['POST', 'PUT', 'PATCH'])
    .nullish()
    .meta({ description: 'the method of its requests; POST unless given', example: 'PUT' }),
  signature: signatureField.nullish(),
  headers: headersField.nullish(),
  pass_headers: passHeadersField.nullish(),
  timeout: durationField(100, MAX_TIMEOUT_MS, {
    description:
      'the longest time of a request in all, its answer included, at most MAX_TIMEOUT; REQUEST_TIMEOUT unless given',
    example: '10s',
    allowed: ({ ceilings }) => ({ maxMs: ceilings.maxTimeoutMs }),
  }).nullish(),
  retry: retryField.nullish(),
  max_in_flight: z.int().min(1).max(MAX_IN_FLIGHT).nullish().meta({
    description: 'the most requests at the same time, in each instance; MAX_IN_FLIGHT_PER_WEBHOOK unless given',
    example: 4,
  }),
  rate: rateField.nullish(),
  breaker: breakerField.nullish(),
  ordering: orderingField.nullish(),
  disable_after: durationField(0, YEAR_MS, {
    description: 'it is disabled when it only failed for so long, 0s for never; DISABLE_AFTER unless given',
    example: '5d',
  }).nullish(),
};

type SettingsBody = { readonly [K in keyof typeof settingFields]?: z.output<(typeof settingFields)[K]> };

/** The internal name of each setting. */
const KEYS = {
  format: 'format',
  method: 'method',
  signature: 'signature',
  headers: 'headers',
  pass_headers: 'passHeaders',
  timeout: 'timeoutMs',
  retry: 'retry',
  max_in_flight: 'maxInFlight',
  rate: 'rate',
  breaker: 'breaker',
  ordering: 'ordering',
  disable_after: 'disableAfterMs',
} as const satisfies Record<keyof SettingsBody, keyof WebhookSettings>;

/** A setting is replaced as a whole. */
export function changeSettings(current: WebhookSettings, body: SettingsBody): WebhookSettings {
  const changed = new Map<string, unknown>(Object.entries(current));
  for (const [field, key] of Object.entries(KEYS)) {
    const value = body[field as keyof SettingsBody];
    if (value === null) changed.delete(key);
    else if (value !== undefined) changed.set(key, value);
  }
  const settings = Object.fromEntries(changed) as WebhookSettings;
  requireOwnSignature(settings);
  return settings;
}

/**
 * The settings in an answer. A setting with the configured default is absent, so that a plain webhook keeps its
 * original form.
 */
export const settingAnswers = {
  format: z.string().optional(),
  method: z.string().optional(),
  signature: signatureAnswer.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  pass_headers: z.array(z.string()).optional(),
  timeout: z.string().optional(),
  retry: retryAnswer.optional(),
  max_in_flight: z.int().optional(),
  rate: z.string().optional(),
  breaker: breakerAnswer.optional(),
  ordering: orderingAnswer.optional(),
  disable_after: z.string().optional(),
};

type SettingsJson = { readonly [K in keyof typeof settingAnswers]: z.input<(typeof settingAnswers)[K]> };

export function settingsJson(settings: WebhookSettings): SettingsJson {
  return {
    format: settings.format,
    method: settings.method,
    signature: settings.signature && signatureJson(settings.signature),
    headers: settings.headers && shownHeaderValues(settings.headers),
    pass_headers: settings.passHeaders && [...settings.passHeaders],
    timeout: written(settings.timeoutMs),
    retry: settings.retry && retryJson(settings.retry),
    max_in_flight: settings.maxInFlight,
    rate: settings.rate && rateJson(settings.rate),
    breaker: settings.breaker,
    ordering: settings.ordering && orderingJson(settings.ordering),
    disable_after: written(settings.disableAfterMs),
  };
}

const written = (ms: number | undefined) => (ms === undefined ? undefined : formatDuration(ms));
