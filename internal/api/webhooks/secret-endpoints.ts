import { z } from 'zod';
import { schemeNameIn } from '../../domain/matching/webhook-settings.js';
import { AppError } from '../../errors.js';
import { auditedBy } from '../../store/audit/audited.js';
import { type Rotation, rotateSecret } from '../../store/secrets/rotate-secret.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import type { LiveCatalog, Stores } from '../api-deps.js';
import { makeLive } from '../catalog-change.js';
import type { Endpoint } from '../http/endpoint.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
import { durationField } from './settings/duration-field.js';
import { ANY_SECRET } from './settings/secret-rule.js';
import { newSecret } from './signing-secret.js';
import { webhookAnswer } from './webhook-answer.js';
import { secretText } from './webhook-bodies.js';
import { answerWebhook } from './webhook-parts.js';

const DAY_MS = 86_400_000;
const MAX_OVERLAP_MS = 30 * DAY_MS;

const rotateBody = z
  .strictObject({
    overlap: durationField(0, MAX_OVERLAP_MS, {
      description: 'Time for which previous secrets also sign. `0s` ends them now. Default: 24h.',
      example: '24h',
    }).optional(),
    secret: secretText.meta({ pattern: ANY_SECRET }).optional(),
  })
  .meta({ title: 'SecretRotation', example: { overlap: '24h' } });

export function makeSecretEndpoints(deps: Pick<Stores, 'db' | 'vault'> & LiveCatalog): readonly Endpoint[] {
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  return [
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/secret/rotate',
        operationId: 'rotateWebhookSecret',
        audit: 'webhook.rotate_secret',
        shownOnce: ['secret'],
        scope: 'secrets:rotate',
        summary: 'Add a signing secret, generated or your own. Previous secrets also sign for the overlap',
        ...WEBHOOK_PATH,
        readsIfMatch: true,
        body: rotateBody,
        bodyIsOptional: true,
        answers: {
          200: {
            description: 'The webhook, and the generated secret, which is not shown again.',
            schema: webhookAnswer,
            hasRevision: true,
          },
        },
      },
      async ({ principal: { userId }, audit, id, expected, body }) => {
        const store = { db: auditedBy(deps.db, audit()), vault: deps.vault };
        const rotated = rotateSecret(store, { id, userId, expected }, (current) => rotationOf(current, body));
        return answerWebhook(deps.db, await makeLive(deps, rotated));
      },
    ),
  ];
}

function rotationOf(current: Webhook, { overlap = DAY_MS, secret }: z.output<typeof rotateBody>): Rotation {
  const name = schemeNameIn(current.settings);
  if (name === 'none') {
    throw new AppError('conflict', 'the webhook is not signed: add a signature with PATCH first', 'signature');
  }
  return { secret: newSecret(name, secret, 'conflict'), overlapMs: overlap };
}
