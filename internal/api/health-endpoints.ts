import { z } from 'zod';
import { type Degradation, isForOperators, summaryOf, type Trouble } from '../domain/streams/degradation.js';
import type { Health, HttpPublishing } from './api-deps.js';
import { degradation } from './events/event-answer.js';
import { type Endpoint, publicEndpoint } from './http/endpoint.js';

const ok = { description: 'The process is alive.', schema: z.object({ status: z.literal('ok') }) };
const MAX_SHOWN = 100;
const degradedFields = {
  degraded: z
    .array(
      degradation.extend({
        event: z.string().optional(),
        account: z.string().optional().meta({ description: 'The NATS account of a space, by the name of its file.' }),
      }),
    )
    .max(MAX_SHOWN)
    .optional(),
  degraded_total: z
    .int()
    .optional()
    .meta({ description: `Total number of degradations. \`degraded\` lists the first ${MAX_SHOWN}.` }),
};
const ready = {
  description:
    'hukz is ready. `guarantee` is the delivery guarantee and its start. `degraded` lists what does not work as it should.',
  schema: z.object({
    status: z.literal('ok'),
    guarantee: z.string(),
    promise: z.string().describe('The earlier name of `guarantee`.'),
    ...degradedFields,
  }),
};
const DETAILS =
  'Error messages and addresses of servers are shown only with `Authorization: Bearer <METRICS_TOKEN>` or MODE=development';
const problems = z.object({
  errors: z.record(z.string(), z.string()).meta({ example: { database: 'not reachable' } }),
  ...degradedFields,
});

export function makeHealthEndpoints(deps: Health & HttpPublishing): readonly Endpoint[] {
  return [
    publicEndpoint(
      {
        method: 'get',
        path: '/ping',
        operationId: 'ping',
        isUnlimited: true,
        summary: 'Check that the service answers',
        answers: { 200: { description: 'A dot.', type: 'text/plain', schema: z.literal('.') } },
      },
      async () => ({ status: 200, text: '.', type: 'text/plain' }),
    ),
    publicEndpoint(
      {
        method: 'get',
        path: '/health/alive',
        operationId: 'getLiveness',
        isUnlimited: true,
        summary: 'Check that the process is alive',
        answers: { 200: ok },
      },
      async () => ({ status: 200, json: { status: 'ok' } }),
    ),
    publicEndpoint(
      {
        method: 'get',
        path: '/health/ready',
        operationId: 'getReadiness',
        isUnlimited: true,
        summary: `Check that all dependencies are available. ${DETAILS}`,
        answers: {
          200: ready,
          503: { description: 'The problem of each dependency that is not available.', schema: problems },
        },
      },
      async ({ authorization }) => {
        const { troubles, degraded } = await deps.readiness();
        const level = deps.mayReadDetails(authorization) ? 'detail' : 'summary';
        const errors = errorsOf(troubles, level);
        const degradations = shown(degraded, level);
        return errors.length === 0
          ? { status: 200, json: { status: 'ok', guarantee: deps.guarantee, promise: deps.guarantee, ...degradations } }
          : { status: 503, json: { errors: Object.fromEntries(errors), ...degradations } };
      },
    ),
    publicEndpoint(
      {
        method: 'get',
        path: '/health/publish',
        operationId: 'getPublishReadiness',
        isUnlimited: true,
        summary: 'Whether this instance accepts messages over HTTP, which does not need NATS unless HTTP_PUBLISH=nats',
        answers: {
          200: ok,
          503: { description: 'The problem of each dependency that is not available.', schema: problems },
        },
      },
      async ({ authorization }) => {
        const { isOn, dependencies } = deps.publishing;
        const { troubles } = await deps.readiness();
        const level = deps.mayReadDetails(authorization) ? 'detail' : 'summary';
        const errors = errorsOf(troubles, level).filter(([dependency]) => dependencies.has(dependency));
        if (!isOn) errors.push(['publishing', 'it is off (HTTP_PUBLISH=off)']);
        return errors.length === 0
          ? { status: 200, json: { status: 'ok' } }
          : { status: 503, json: { errors: Object.fromEntries(errors) } };
      },
    ),
  ];
}

const errorsOf = (troubles: Readonly<Record<string, Trouble>>, level: keyof Trouble) =>
  Object.entries(troubles).map(([dependency, trouble]): [string, string] => [dependency, trouble[level]]);

function shown(all: readonly Degradation[], level: keyof Trouble) {
  const degraded = level === 'detail' ? all : all.filter((one) => !isForOperators(one));
  if (degraded.length === 0) return {};
  const first = degraded.slice(0, MAX_SHOWN);
  const listed = level === 'detail' ? first.map(({ isPartial: _, ...detail }) => detail) : first.map(summaryOf);
  return { degraded: listed, degraded_total: degraded.length };
}
