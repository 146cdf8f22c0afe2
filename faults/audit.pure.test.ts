import { describe, expect, it } from '@jest/globals';
import { type Arrival, audit, type Books } from './audit.js';

const published = [1, 2, 3].map((number) => ({ number, subject: 'a.b', acknowledged: number < 3 }));
const arrival = (webhook: string, number: number, more: Partial<Arrival> = {}): Arrival => ({
  webhook,
  number,
  id: `${webhook}-${number}`,
  answer: 'success',
  ...more,
});
const all = ['x', 'y'].flatMap((webhook) => [1, 2, 3].map((number) => arrival(webhook, number)));

function booksOf(arrivals: readonly Arrival[], more: Partial<Books> = {}): Books {
  const logged = new Map<string, { rows: number; delivered: boolean }>();
  for (const { id, answer } of arrivals) {
    const before = logged.get(id);
    logged.set(id, { rows: (before?.rows ?? 0) + 1, delivered: answer === 'success' || (before?.delivered ?? false) });
  }
  const webhooks = new Map(['x', 'y'].map((name) => [name, 'a.b']));
  return { published, arrivals, webhooks, logged, ...more };
}

describe('the audit', () => {
  it('closes when each webhook got each message once', () => {
    expect(audit(booksOf(all))).toEqual({
      messages: 3,
      acknowledged: 2,
      lost: 0,
      unacknowledged: 0,
      duplicates: 0,
      problems: [],
    });
  });

  it('distinguishes the loss of an acknowledged message from that of an unacknowledged one', () => {
    expect(audit(booksOf(all.filter(({ number }) => number !== 2)))).toMatchObject({ lost: 1, unacknowledged: 0 });
    expect(audit(booksOf(all.filter(({ number }) => number !== 3)))).toMatchObject({ lost: 0, unacknowledged: 1 });
  });

  it('finds a message that arrived at only one of its webhooks', () => {
    const { lost, problems } = audit(booksOf(all.slice(0, -1)));
    expect(lost).toBe(0);
    expect(problems).toEqual(['message 3 is missing at y only']);
  });

  it('does not count a request that was answered with an error as an arrival', () => {
    const failed = all.map((each) => (each.number === 1 ? { ...each, answer: 'failure' as const } : each));
    expect(audit(booksOf(failed))).toMatchObject({ lost: 1, duplicates: 0 });
  });

  it('counts requests after a success as duplicates, but not those after an error', () => {
    expect(audit(booksOf([...all, arrival('x', 1)]))).toMatchObject({ duplicates: 1, problems: [] });
    expect(audit(booksOf([arrival('x', 1, { answer: 'failure' }), ...all]))).toMatchObject({ duplicates: 0 });
  });

  it('requires no log row for a request whose connection was cut', () => {
    const logged = booksOf(all).logged;
    expect(audit(booksOf([arrival('x', 1, { answer: 'none' }), ...all], { logged })).problems).toEqual([]);
    expect(audit(booksOf([arrival('x', 1, { answer: 'failure' }), ...all], { logged })).problems).toHaveLength(1);
  });

  it.each<readonly [string, Arrival]>([
    ['was never published', arrival('x', 9)],
    ['was never published', arrival('z', 1)],
    ['under two ids', arrival('x', 1, { id: 'another' })],
    ['was used twice', arrival('x', 2, { id: 'x-1' })],
  ])('finds requests that were never sent: %s', (words, invented) => {
    expect(audit(booksOf([...all, invented])).problems.join()).toContain(words);
  });

  it('requires a log row for each request, and a request for each delivered log row', () => {
    const logged = new Map([
      ...booksOf(all).logged,
      ['x-1', { rows: 0, delivered: false }] as const,
      ['ghost', { rows: 1, delivered: true }] as const,
    ]);
    expect(audit(booksOf(all, { logged })).problems).toEqual([
      '1 requests arrived for x 1 (x-1), but its log has 0 rows',
      'x 1 (x-1) arrived, but no log row says so',
      'the log says that ghost was delivered, but no receiver has it',
    ]);
  });
});
