import { z } from 'zod';
import { sampleSubject } from '../../domain/delivery/test-call.js';
import { covers } from '../../domain/matching/subject-overlap.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import { type Audit, auditedBy, recordObjects } from '../../store/audit/audited.js';
import { loadSubjects } from '../../store/catalog/events.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { Stores, TestCalls } from '../api-deps.js';
import { boundedText } from '../bodies/bounds.js';
import type { Endpoint } from '../http/endpoint.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
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
      .describe('A subject that an event of the webhook matches. Default: the first event of the webhook.'),
    payload: payload.optional().describe('Any JSON value.'),
  })
  .meta({ title: 'TestCall', example: { payload: { id: 1, name: 'water' } } });

export function makeTestEndpoints(deps: Pick<Stores, 'db'> & TestCalls): readonly Endpoint[] {
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  /** A test changes no row, and reaches another system. */
  const recordTest = (audit: Audit, { id, spaceId }: Webhook, tested: 'request' | 'credentials') =>
    recordObjects(auditedBy(deps.db, audit), [
      { object: `webhook:${id}`, spaceId, changes: { tested: { after: tested } } },
    ]);
  return [
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/test',
        operationId: 'testWebhook',
        audit: 'webhook.test',
        scope: 'webhooks:test',
        summary:
          'Send a test request with the header Hukz-Test: true and return the attempt. Nothing is stored or counted',
        ...WEBHOOK_PATH,
        body,
        bodyIsOptional: true,
        answers: { 200: { description: 'The attempt.', schema: testAnswer } },
      },
      async ({ principal: { subject: caller }, audit, id, body: { subject, payload: input = SAMPLE } }) => {
        const webhook = await loadWebhook(deps.db, id);
        const subjects = await loadSubjects(deps.db, webhook.eventIds);
        await recordTest(audit(), webhook, 'request');
        const sample = { subject: subjectFor(subjects, subject), payload: input };
        return { status: 200, json: testJson(await deps.tryWebhook({ id, caller }, sample)) };
      },
    ),
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/test-auth',
        operationId: 'testWebhookAuth',
        audit: 'webhook.test',
        scope: 'webhooks:test',
        summary:
          'Check the credentials of a webhook: fetch an access token, or show the header that would be sent, without its secret',
        ...WEBHOOK_PATH,
        answers: { 200: { description: 'The result of the check.', schema: testAuthAnswer } },
      },
      async ({ principal: { subject: caller }, audit, id }) => {
        await recordTest(audit(), await loadWebhook(deps.db, id), 'credentials');
        return { status: 200, json: testAuthJson(await deps.tryCredentials({ id, caller })) };
      },
    ),
  ];
}

function subjectFor(subjects: readonly string[], input: string | undefined): string {
  const [first] = subjects;
  if (input === undefined) return first ? sampleSubject(first) : 'hukz.test';
  if (!first || subjects.some((subject) => covers(subject, input))) return input;
  throw new AppError('conflict', `no event of the webhook matches the subject ${echo(input)}`, 'subject');
}
