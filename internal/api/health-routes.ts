import { z } from 'zod';
import type { ApiDeps } from './api-deps.js';
import { publicRoute, type Route } from './route.js';

const ok = { description: 'ok', schema: z.object({ status: z.literal('ok') }) };
const ready = {
  description: 'ready, and what a message is worth from where on',
  schema: z.object({ status: z.literal('ok'), promise: z.string() }),
};
const problems = z.object({
  errors: z.record(z.string(), z.string()).meta({ example: { database: 'not reachable' } }),
});

export function makeHealthRoutes(deps: Pick<ApiDeps, 'readiness' | 'promise'>): readonly Route[] {
  return [
    publicRoute(
      {
        method: 'get',
        path: '/ping',
        summary: 'Whether somebody listens',
        answers: { 200: { description: 'a dot', type: 'text/plain', schema: z.literal('.') } },
      },
      async () => ({ status: 200, text: '.', type: 'text/plain' }),
    ),
    publicRoute(
      { method: 'get', path: '/health/alive', summary: 'Whether the event loop turns', answers: { 200: ok } },
      async () => ({ status: 200, json: { status: 'ok' } }),
    ),
    publicRoute(
      {
        method: 'get',
        path: '/health/ready',
        summary: 'Whether every dependency is there',
        answers: { 200: ready, 503: { description: 'what is missing, by dependency', schema: problems } },
      },
      async () => {
        const errors = await deps.readiness();
        return Object.keys(errors).length === 0
          ? { status: 200, json: { status: 'ok', promise: deps.promise } }
          : { status: 503, json: { errors } };
      },
    ),
  ];
}
