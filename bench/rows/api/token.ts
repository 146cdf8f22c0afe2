import { readCpuSeconds } from '../../../internal/local/process-usage.js';
import type { Bench } from '../../bench.js';
import { BenchFailure } from '../../failure.js';
import { atMost } from '../../load/target.js';
import { median, spell } from '../../numbers.js';
import type { Line, Row } from '../../row.js';

type Login = Readonly<Record<string, string>>;

const MAX_US = 50;
const AT_ONCE = 8;
/** Enough requests that the kernel's steps of 10 ms do not matter. */
const REQUESTS = 4000;
const USER: Login = { 'x-user': '1' };

/** The CPU of the service per request of the API with a token, beside the same request with `X-User`. */
export const token: Row = {
  id: 'token',
  title: 'GET /events?limit=1 with a token, and with X-User in turn',
  run: (bench) => bench.apart({ name: 'token', settings: { AUTH: 'x-user,token', API_RATE: 'off' } }, measure),
};

async function measure({ service, plan, say }: Bench): Promise<readonly Line[]> {
  const logins = { user: USER, token: await loginOfToken(service.api) };
  const cost = async (login: Login): Promise<number> => {
    const before = await readCpuSeconds(service.pid);
    await Promise.all(Array.from({ length: AT_ONCE }, () => ask(service.api, login, REQUESTS / AT_ONCE)));
    return (((await readCpuSeconds(service.pid)) - before) * 1_000_000) / REQUESTS;
  };
  for (const login of Object.values(logins)) await cost(login);
  const user: number[] = [];
  const more: number[] = [];
  // Twice as many rounds as elsewhere: each is short, and a difference of two runs varies more than either.
  for (let round = 1; round <= 2 * plan.rounds; round++) {
    // Each of the two is first in turn, because what a run leaves behind is paid by the next one.
    const isFirst = round % 2 === 1;
    const early = await cost(isFirst ? logins.user : logins.token);
    const late = await cost(isFirst ? logins.token : logins.user);
    const [without, beside] = isFirst ? [early, late] : [late, early];
    user.push(without);
    more.push(beside - without);
    say(`token ${round}: X-User ${spell(without)} µs, token ${spell(beside)} µs`);
  }
  return [
    {
      id: 'token',
      what: 'CPU of the service that a token adds to a request',
      unit: ' µs',
      values: more,
      targets: [atMost(median(more), MAX_US, ' µs')],
      notes: [`the request with X-User: ${spell(median(user))} µs`],
    },
  ];
}

async function ask(api: string, headers: Login, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${api}/events?limit=1`, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new BenchFailure(`${api}/events answered ${answer.status}`);
  }
}

async function loginOfToken(api: string): Promise<Login> {
  const headers = { ...USER, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'bench', role: 'operator' });
  const answer = await fetch(`${api}/tokens`, { method: 'POST', headers, body });
  if (!answer.ok) throw new BenchFailure(`${api}/tokens answered ${answer.status}: ${await answer.text()}`);
  return { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` };
}
