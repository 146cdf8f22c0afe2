import { RetentionPolicy, type StreamConfig, type StreamInfo } from 'nats';
import { coveredBy } from '../../../domain/matching/covered-by.js';
import { covers } from '../../../domain/matching/subject-overlap.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import { Refusal } from '../refusal.js';
import { idleSubject, OUR_DESCRIPTION, type StreamSettings, streamConfig } from '../stream-settings.js';

/**
 * The configuration for the stream with our name. A stream that another program made and that contains more than the
 * registered subjects belongs to that program too, even if `NATS_STREAM` names it: it gets our subjects, and loses
 * nothing.
 */
export function ownConfig(found: StreamConfig, settings: StreamSettings, plan: StreamPlan): Partial<StreamConfig> {
  if (isShared(found, settings, plan)) return { subjects: withOurs(found.subjects, plan.own) };
  // A message that is stored under another subject triggers no webhook. A field is only removed if it is named.
  const untransformed = { subject_transform: undefined } as unknown as Partial<StreamConfig>;
  return { ...streamConfig(settings, plan.own), ...untransformed };
}

/** With any other retention, our acknowledgements would delete messages that other consumers have to read. */
export function unsuitable(found: StreamInfo | undefined): Refusal | undefined {
  if (!found || found.config.retention === RetentionPolicy.Limits) return undefined;
  const { name, retention } = found.config;
  return new Refusal(
    'stream_unsuitable',
    `The stream ${name} has the retention "${retention}", and hukz would take messages from its other consumers: ` +
      'set NATS_STREAM to another name.',
  );
}

/** The subjects that may be read from our stream. */
export const heldBy = (found: StreamInfo | undefined): readonly string[] =>
  found && !unsuitable(found) ? (found.config.subjects ?? []) : [];

export function isShared(
  { description, subjects = [] }: StreamConfig,
  { name }: StreamSettings,
  { own }: StreamPlan,
): boolean {
  return description !== OUR_DESCRIPTION && coveredBy(subjects, [...own, idleSubject(name)]).length < subjects.length;
}

/** No two subjects of a stream may overlap. */
function withOurs(theirs: readonly string[], ours: readonly string[]): string[] {
  const held = new Set(coveredBy(ours, theirs));
  const added = ours.filter((subject) => !held.has(subject));
  return [...theirs.filter((subject) => !added.some((wide) => covers(wide, subject))), ...added];
}
