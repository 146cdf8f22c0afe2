import { z } from 'zod';
import { isSecretHeader } from '../../domain/secrets/hidden-headers.js';
import type { SpaceDefaults } from '../../domain/settings/space-defaults.js';
import { first, next, shown } from '../bodies/field.js';
import { breakerConditions } from '../webhooks/settings/breaker-field.js';
import { headersField } from '../webhooks/settings/header-fields.js';
import { changeSettings, settingAnswers, settingFields, settingsJson } from '../webhooks/settings/settings.js';

/** The names of the settings that a space may have defaults for. */
const NAMES = {
  format: true,
  method: true,
  pass_headers: true,
  timeout: true,
  retry: true,
  max_in_flight: true,
  rate: true,
  disable_after: true,
} as const;

const SECRET_HEADER = 'a header whose name suggests a secret belongs to a webhook, and is no default of its space';

/** The defaults are shown to everyone who may read the space, so that no secret may be among them. */
const headers = headersField.refine((given) => !Object.keys(given).some((name) => isSecretHeader(name)), SECRET_HEADER);

const body = z
  .strictObject({
    ...z.object(settingFields).pick(NAMES).shape,
    headers: headers.nullish(),
    breaker: breakerConditions.nullish(),
  })
  .meta({
    title: 'SpaceDefaults',
    description:
      'Settings of the webhooks of the space that have none of their own. A setting of a webhook replaces the default ' +
      'of the space as a whole, apart from `retry` and `breaker`, whose members are resolved one by one. `null` ' +
      'removes a default.',
    example: { timeout: '10s', retry: { schedule: ['5s', '5m', '2h'] }, rate: '100/minute' },
  });

export const defaultsAnswer = z.object({
  ...z.object(settingAnswers).pick(NAMES).shape,
  headers: settingAnswers.headers,
  breaker: breakerConditions.optional(),
});

type Given = z.output<typeof body>;

const changed = (current: SpaceDefaults, given: Given): SpaceDefaults => changeSettings(current, given);

/** The field `defaults`. PATCH changes single settings, PUT replaces it, and `null` in PATCH removes all defaults. */
export const defaultsField = {
  name: 'defaults' as const,
  create: first(body.nullish(), (input) => changed({}, input ?? {})),
  put: next(body.nullish(), (input, current: SpaceDefaults) => (input ? changed({}, input) : current)),
  patch: next(body.nullish(), (input, current: SpaceDefaults) => {
    return input === undefined ? current : input === null ? {} : changed(current, input);
  }),
  answer: shown(defaultsAnswer, (value: SpaceDefaults): z.input<typeof defaultsAnswer> => {
    const { breaker, ...others } = settingsJson(value);
    return { ...others, ...(typeof breaker === 'object' && { breaker }) };
  }),
};
