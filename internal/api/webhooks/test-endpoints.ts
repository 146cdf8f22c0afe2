import { z } from 'zod';
import { sampleSubject } from '../../domain/delivery/test-call.js';
import { covers } from '../../domain/matching/subject-overlap.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import { loadSubjects } from '../../store/catalog/events.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { Stores, TestCalls } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import { idPath } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { testAnswer, testAuthAnswer, testAuthJson, testJson } from './test-answer.js';

const SAMPLE = Buffer.from(JSON.stringify({ test: true, message: 'A test call from hukz' }));
const SUBJECT = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,15}$/;

/** The payload as bytes. A value that is nested too deeply to be written as JSON is refused. */
const payload = z.unknown().transform((value, context) => {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch {
    context.addIssue({ code: 'custom', message: 'is nested too deeply' });
    return z.NEVER;
  }
});

const body = z
  .strictObject({
    subject: boundedText(255)
      .regex(SUBJECT, 'is not a subject without wildcards')
      .optional()
      .describe('one that an event of the webhook matches; its first event unless told'),
    payload: payload.optional().describe('any JSON'),
  })
  .meta({ title: 'TestCall', example: { payload: { id: 1, name: 'water' } } });

export function makeTestEndpoints(deps: Pick<Stores, 'db'> & TestCalls): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/test',
        scope: 'webhooks:test',
        summary:
          'Send a sample marked Hukz-Test: true, once, and answer with the attempt; nothing is stored or counted',
        params: idPath,
        body,
        bodyIsOptional: true,
        answers: { 200: { description: 'the attempt', schema: testAnswer } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal: { subject: caller }, params: { id }, body: { subject, payload: given = SAMPLE } }) => {
        const webhook = await loadWebhook(deps.db, id);
        const subjects = await loadSubjects(deps.db, webhook.eventIds);
        const sample = { subject: subjectFor(subjects, subject), payload: given };
        return { status: 200, json: testJson(await deps.tryWebhook({ id, caller }, sample)) };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/test-auth',
        scope: 'webhooks:test',
        summary:
          'Try to be let in: fetch an access token, or say what would be sent, its secret hidden; refused without auth',
        params: idPath,
        answers: { 200: { description: 'whether it would work', schema: testAuthAnswer } },
        refuses: ['not_found', 'conflict'],
      },
      async ({ principal: { subject: caller }, params: { id } }) => {
        await loadWebhook(deps.db, id);
        return { status: 200, json: testAuthJson(await deps.tryCredentials({ id, caller })) };
      },
    ),
  ];
}

function subjectFor(subjects: readonly string[], given: string | undefined): string {
  const [first] = subjects;
  if (given === undefined) return first ? sampleSubject(first) : 'hukz.test';
  if (!first || subjects.some((subject) => covers(subject, given))) return given;
  throw new AppError('conflict', `no event of the webhook matches the subject ${echo(given)}`, 'subject');
}
