import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { fc } from '../testkit/properties.js';

const WITHIN_MS = 1000;
const kit = useAppKit({ HUKZ_AUTH: 'x-user,token', HUKZ_API_RATE: 'off' }, 2);

/** A text of a token. It was taken away between the two times: from the request for it to the answer. */
interface Held {
  readonly id: number;
  readonly text: string;
  endsFrom: number;
  endedAt: number;
}
const NEVER = { endsFrom: Number.POSITIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };
interface Answered {
  readonly held: Held;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: number;
}

/** A change of a token by one of the two instances. */
const step = fc.record({
  at: fc.constantFrom(0, 1),
  what: fc.constantFrom('create', 'expire', 'revoke', 'rotate', 'rotate-later'),
  which: fc.nat(1000),
});

const portOf = (at: number) => (at === 0 ? kit.hukz : kit.other).app.port;

async function call(at: number, method: string, path: string, body?: object): Promise<{ id: number; token: string }> {
  const answer = await fetch(`http://127.0.0.1:${portOf(at)}${path}`, {
    method,
    headers: { 'x-user': '1', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: number; token: string };
}

async function request(at: number, held: Held): Promise<Answered> {
  const sentAt = performance.now();
  const authorization = `Bearer ${held.text}`;
  const answer = await fetch(`http://127.0.0.1:${portOf(at)}/webhooks?limit=1`, { headers: { authorization } });
  await answer.arrayBuffer();
  return { held, sentAt, answeredAt: performance.now(), status: answer.status };
}

/** The tokens of one run, and the changes that are made to them. */
class Tokens {
  readonly all: Held[] = [];

  private get living(): Held[] {
    return this.all.filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY);
  }

  async change({ at, what, which }: { at: number; what: string; which: number }): Promise<void> {
    const held = this.living[which % Math.max(1, this.living.length)];
    if (what === 'create' || what === 'expire' || !held) return this.create(at, what === 'expire' ? 700 : undefined);
    const askedAt = performance.now();
    if (what === 'revoke') {
      await call(at, 'DELETE', `/tokens/${held.id}`);
      return this.end(this.textsOf(held), askedAt);
    }
    const overlapMs = what === 'rotate' ? 0 : 500;
    const before = this.textsOf(held).filter((each) => each !== held);
    const { token } = await call(at, 'POST', `/tokens/${held.id}/rotate`, { overlap: `${overlapMs}ms` });
    this.end(before, askedAt);
    this.end([held], askedAt, overlapMs);
    this.all.push({ id: held.id, text: token, ...NEVER });
  }

  private textsOf = ({ id }: Held) => this.all.filter((each) => each.id === id);

  private end(texts: readonly Held[], askedAt: number, overlapMs = 0): void {
    for (const held of texts) {
      held.endsFrom = Math.min(held.endsFrom, askedAt + overlapMs);
      held.endedAt = Math.min(held.endedAt, performance.now() + overlapMs);
    }
  }

  private async create(at: number, livesMs: number | undefined): Promise<void> {
    const askedAt = performance.now();
    const ends = livesMs === undefined ? {} : { expires_at: new Date(Date.now() + livesMs).toISOString() };
    const { id, token } = await call(at, 'POST', '/tokens', { name: 'a', role: 'operator', ...ends });
    const held = { id, text: token, ...NEVER };
    this.all.push(held);
    if (livesMs === undefined) return;
    // Both ends are known before the answer. Clocks are read to the millisecond.
    held.endsFrom = askedAt + livesMs - 2;
    held.endedAt = askedAt + livesMs + 2;
  }
}

/** Sends requests with all tokens, living and ended, to one instance until it is stopped. */
function keepAsking(at: number, { all }: Tokens, answered: Answered[]) {
  let isOver = false;
  const asking = (async () => {
    for (let n = 0; !isOver; n++) {
      const held = all[(n * 7 + at) % all.length];
      if (held) answered.push(await request(at, held));
    }
  })();
  return () => {
    isOver = true;
    return asking;
  };
}

it('nothing is allowed a second after it was taken away, and everything else is, at two instances', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 12 }), async (steps) => {
    const tokens = new Tokens();
    const answered: Answered[] = [];
    await tokens.change({ at: 0, what: 'create', which: 0 });
    const stops = [0, 1].map((at) => keepAsking(at, tokens, answered));
    try {
      for (const each of steps) await tokens.change(each);
    } finally {
      await Promise.all(stops.map((stop) => stop()));
    }
    const ended = tokens.all.filter(({ endedAt }) => endedAt < Number.POSITIVE_INFINITY);
    const isPast = () => ended.every(({ endedAt }) => performance.now() >= endedAt + WITHIN_MS);
    await eventually(async () => isPast(), { what: 'a second after the last change' });
    for (const held of tokens.all) for (const at of [0, 1]) answered.push(await request(at, held));

    expect(answered.filter(({ held, sentAt, status }) => status === 200 && sentAt >= held.endedAt + WITHIN_MS)).toEqual(
      [],
    );
    expect(answered.filter(({ held, answeredAt, status }) => status !== 200 && answeredAt < held.endsFrom)).toEqual([]);
  });
  await fc.assert(property, { numRuns: 3, endOnFailure: true });
}, 120_000);
