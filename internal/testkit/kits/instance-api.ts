import supertest from 'supertest';
import { watchErrors } from '../leaks/watch-leaks.js';

export type InstanceApi = ReturnType<typeof apiOf>;

/** The HTTP API of an instance for user 1. Events that `event` creates get these fields besides their subject. */
export function apiOf(port: number, eventFields: object = {}) {
  const agent = supertest(`http://127.0.0.1:${port}`);
  const created = async (path: string, body: object): Promise<number> => {
    const { status, body: answer } = await watchErrors(agent.post(path).set('x-user', '1').send(body));
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer.id;
  };
  return {
    get: (path: string) => watchErrors(agent.get(path).set('x-user', '1')),
    post: (path: string, body: object = {}) => watchErrors(agent.post(path).set('x-user', '1').send(body)),
    put: (path: string, body: object) => watchErrors(agent.put(path).set('x-user', '1').send(body)),
    patch: (path: string, body: object) => watchErrors(agent.patch(path).set('x-user', '1').send(body)),
    delete: (path: string) => watchErrors(agent.delete(path).set('x-user', '1')),
    event: (subject: string) => created('/events', { name: subject, event: subject, ...eventFields }),
    webhook: (url: string, eventIds: readonly number[], more: object = {}) =>
      created('/webhooks', { name: url, url, event_ids: eventIds, ...more }),
    async logs(query = ''): Promise<LogAnswer[]> {
      const { body } = await agent.get(`/webhooks/logs?limit=100&${query}`).set('x-user', '1');
      return body.nodes;
    },
  };
}

export interface LogAnswer {
  readonly id: number;
  readonly outcome: string;
  readonly attempt: number;
  readonly error: string | null;
  readonly response_status_code: number | null;
  readonly response_body: unknown;
  readonly delivery_id: string;
  readonly message_id: string;
  readonly webhook_id: number;
  readonly next_attempt_at: string | null;
  readonly data: { readonly payload: unknown };
}
