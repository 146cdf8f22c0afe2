import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { repeatable } from '../bodies/bounds.js';
import { text } from '../bodies/text.js';

/** This number of the longest subjects fits into the head of a request. */
const MAX_SUBJECTS = 20;

const subject = text(MAX_SUBJECT_LENGTH).min(1).meta({ example: 'tag.created' });

/** `?event=subject` can be repeated. The list has the events of all given subjects. */
export const subjectQueries = repeatable(subject, MAX_SUBJECTS).meta({
  description:
    'Only the event that is registered with this subject, in any letter case. A wildcard is such a subject too, and covers no others here. Can be repeated: the list has the events with any of the given subjects.',
});
