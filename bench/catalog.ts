import { BenchFailure } from './failure.js';

export interface Hook {
  readonly subject: string;
  readonly url: string;
}

/** Registers an event and a webhook on it through the API; it is live when this resolves. */
export async function registerHook(api: string, { subject, url }: Hook): Promise<void> {
  const event = await post(`${api}/events`, { name: subject, event: subject });
  await post(`${api}/webhooks`, { name: subject, url, event_ids: [event.id], tags: { bench: subject } });
}

async function post(url: string, body: unknown): Promise<{ readonly id: number }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user': '1' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new BenchFailure(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: number };
}
