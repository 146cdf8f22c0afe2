import { z } from 'zod';
import { type Ceilings, capSettings } from '../../../domain/limits/ceilings.js';
import type { WebhookSettings } from '../../../domain/matching/webhook-settings.js';
import { type SpaceDefaults, withDefaults } from '../../../domain/settings/space-defaults.js';
import { breakerConditions } from './breaker-field.js';
import { retryAnswer } from './retry-field.js';
import { settingAnswers, settingsJson } from './settings.js';

const source = z.enum(['webhook', 'space', 'configuration']);
type Source = z.output<typeof source>;

const from = <Value extends z.ZodType>(value: Value) => z.object({ value: value.nullable(), source });

const { schedule, jitter, max_age, final_statuses } = retryAnswer.shape;
const { failures, share } = breakerConditions.shape;

const single = {
  format: from(settingAnswers.format.unwrap()),
  method: from(settingAnswers.method.unwrap()),
  headers: from(settingAnswers.headers.unwrap()),
  pass_headers: from(settingAnswers.pass_headers.unwrap()),
  timeout: from(settingAnswers.timeout.unwrap()),
  max_in_flight: from(settingAnswers.max_in_flight.unwrap()),
  rate: from(settingAnswers.rate.unwrap()),
  disable_after: from(settingAnswers.disable_after.unwrap()),
};
const ofMembers = {
  retry: {
    schedule: from(schedule.unwrap()),
    jitter: from(jitter.unwrap()),
    max_age: from(max_age.unwrap()),
    final_statuses: from(final_statuses.unwrap()),
  },
  breaker: { failures: from(failures.unwrap()), share: from(share.unwrap()) },
};

export const effectiveAnswer = z
  .object({ ...single, retry: z.object(ofMembers.retry), breaker: z.object(ofMembers.breaker) })
  .meta({
    title: 'EffectiveSettings',
    description:
      'The values by which hukz sends, after the limits of the operator, and where each comes from: the webhook, the ' +
      'defaults of its space, or the configuration. Only `GET /webhooks/{id}?settings=effective` has them.',
  });

/** The settings of a webhook and of the levels below it. */
export interface Levels {
  readonly own: WebhookSettings;
  readonly space: SpaceDefaults;
  /** The configured values, each of them. */
  readonly configured: WebhookSettings;
  readonly ceilings: Ceilings;
}

type Json = Readonly<Record<string, unknown>>;
interface Values {
  readonly webhook: Json;
  readonly resolved: Json;
  readonly configuration: Json;
}

/** The settings by which a webhook is sent to, each with its source. */
export function effectiveJson({ own, space, configured, ceilings }: Levels): z.input<typeof effectiveAnswer> {
  const values: Values = {
    webhook: settingsJson(own),
    resolved: settingsJson(capSettings(withDefaults(own, space), ceilings)),
    configuration: settingsJson(configured),
  };
  const members = Object.entries(ofMembers).map(([name, fields]) => [
    name,
    effective(Object.keys(fields), {
      webhook: membersOf(values.webhook[name]),
      resolved: membersOf(values.resolved[name]),
      configuration: membersOf(values.configuration[name]),
    }),
  ]);
  const all = { ...effective(Object.keys(single), values), ...Object.fromEntries(members) };
  return all as z.input<typeof effectiveAnswer>;
}

function effective(names: readonly string[], { webhook, resolved, configuration }: Values): Json {
  const sourceOf = (name: string): Source => {
    if (resolved[name] === undefined) return 'configuration';
    return webhook[name] === undefined ? 'space' : 'webhook';
  };
  return Object.fromEntries(
    names.map((name) => [name, { value: resolved[name] ?? configuration[name] ?? null, source: sourceOf(name) }]),
  );
}

/** A breaker that is off is one whose two triggers are disabled. */
function membersOf(value: unknown): Json {
  if (value === 'off') return { failures: 0, share: 0 };
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
