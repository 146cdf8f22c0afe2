import { RetentionPolicy, type StreamConfig, type StreamInfo } from 'nats';
import { coveredBy } from '../../../domain/matching/covered-by.js';
import { covers } from '../../../domain/matching/subject-overlap.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import { Refusal } from '../refusal.js';
import { idleSubject, OUR_DESCRIPTION, type StreamSettings, streamConfig } from '../stream-settings.js';

/**
 * What a stream under the name of ours is to be. One that others made and that holds more than the registered subjects is
 * theirs as well, though `NATS_STREAM` names it: it is given our subjects, and loses nothing.
 */
export function ownConfig(found: StreamConfig, settings: StreamSettings, plan: StreamPlan): Partial<StreamConfig> {
  if (isShared(found, settings, plan)) return { subjects: withOurs(found.subjects, plan.own) };
  // What is stored under another subject fires nothing. A field is only removed when it is named.
  const untransformed = { subject_transform: undefined } as unknown as Partial<StreamConfig>;
  return { ...streamConfig(settings, plan.own), ...untransformed };
}

/** With any other retention our acknowledgements delete what others have to read. */
export function unsuitable(found: StreamInfo | undefined): Refusal | undefined {
  if (!found || found.config.retention === RetentionPolicy.Limits) return undefined;
  const { name, retention } = found.config;
  return new Refusal(
    'stream_unsuitable',
    `The stream ${name} has the retention "${retention}", and hukz would take messages from its other consumers: ` +
      'set NATS_STREAM to another name.',
  );
}

/** What may be read of our stream. */
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
