import { z } from 'zod';
import { formatDuration } from '../../domain/duration.js';
import type { WebhookSettings } from '../../domain/webhook-settings.js';
import { durationField } from './duration-field.js';
import { headersField } from './header-fields.js';

const LONGEST_TIMEOUT_MS = 5 * 60_000;

/** One row a setting, by its public name: absent keeps it, `null` takes it back to what is configured for all. */
export const settingFields = {
  method: z.enum(['POST', 'PUT', 'PATCH']).nullish(),
  headers: headersField.nullish(),
  timeout: durationField(100, LONGEST_TIMEOUT_MS).nullish(),
};

type SettingsBody = { readonly [K in keyof typeof settingFields]?: z.output<(typeof settingFields)[K]> };

/** What each of them is called inside. */
const KEYS = {
  method: 'method',
  headers: 'headers',
  timeout: 'timeoutMs',
} as const satisfies Record<keyof SettingsBody, keyof WebhookSettings>;

/** A setting is replaced as a whole. */
export function changeSettings(current: WebhookSettings, body: SettingsBody): WebhookSettings {
  const changed = new Map<string, unknown>(Object.entries(current));
  for (const [field, key] of Object.entries(KEYS)) {
    const value = body[field as keyof SettingsBody];
    if (value === null) changed.delete(key);
    else if (value !== undefined) changed.set(key, value);
  }
  return Object.fromEntries(changed) as WebhookSettings;
}

/** As they are answered; one that is as configured for all is absent, so that a plain webhook looks as it always did. */
export const settingAnswers = {
  method: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  timeout: z.string().optional(),
};

type SettingsJson = { readonly [K in keyof typeof settingAnswers]: z.input<(typeof settingAnswers)[K]> };

export function settingsJson(settings: WebhookSettings): SettingsJson {
  return {
    method: settings.method,
    headers: settings.headers,
    timeout: settings.timeoutMs === undefined ? undefined : formatDuration(settings.timeoutMs),
  };
}
