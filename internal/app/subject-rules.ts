import type { Config } from '../../config/config.js';
import type { SubjectRules } from '../domain/matching/subject.js';
import type { Logger } from '../logger.js';

/** The rules for subjects that may be registered. Production without the operator's list is logged. */
export function subjectRulesOf({ mode, intake }: Pick<Config, 'mode' | 'intake'>, logger: Logger): SubjectRules {
  const { source, allowAllSubjects: allowAll, inboxes, eventSubjects } = intake;
  const rules = { allowAll, inboxes, literalFirst: source === 'jetstream' };
  if (eventSubjects.length > 0) return { ...rules, allowed: eventSubjects };
  if (mode === 'production') {
    const because =
      'EVENT_SUBJECTS is empty: every user of the API can have the messages of any application sent to a URL';
    logger.warn('events.any_subject', { because });
  }
  return rules;
}
