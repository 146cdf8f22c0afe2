import { describe, expect, it } from '@jest/globals';
import { writeListenerAnswer } from '../domain/listening/listener-answer.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const kit = useAppKit({
  HUKZ_WEBHOOK_LISTENERS: 'true',
  HUKZ_REQUEST_TIMEOUT: '5s',
  HUKZ_RETRY_SCHEDULE: '50ms,50ms,50ms,1h',
});

interface Log {
  readonly id: number;
  readonly delivery_id: string;
  readonly outcome: string;
  readonly attempt: number;
  readonly error: string | null;
  readonly response_status_code: number | null;
  readonly response_body: unknown;
}

let subjects = 0;
/** A listening webhook for a subject of its own. */
async function listening(settings: object = {}): Promise<{ readonly subject: string; readonly id: number }> {
  const subject = `listen.n${++subjects}`;
  const event = await kit.hukz.api.event(subject);
  return { subject, id: await kit.hukz.api.webhook(kit.receiver.url, [event], { listen: '15m', ...settings }) };
}

async function logsOf(id: number, count: number): Promise<readonly Log[]> {
  const read = async (): Promise<readonly Log[]> =>
    (await kit.hukz.api.get(`/webhooks/logs?webhook_id=${id}`)).body.nodes;
  await eventually(async () => (await read()).length >= count, { what: `${count} logs` });
  return read();
}

/** A prompt that answers as told. */
async function prompt(id: number, answer: (attempt: string) => Uint8Array | string): Promise<string[]> {
  const got: string[] = [];
  kit.nats.subscribe(`$HUKZ.LISTEN.0.${id}`, {
    callback: (_error, msg) => {
      got.push(`${msg.headers?.get('Hukz-Method')} ${msg.string()}`);
      msg.respond(answer(msg.headers?.get('hukz-attempt') ?? ''));
    },
  });
  await kit.nats.flush();
  return got;
}

describe('a listening webhook', () => {
  it('sends its requests over NATS, and none over HTTP', async () => {
    const { subject, id } = await listening({ method: 'PUT', format: 'raw' });
    const got = await prompt(id, () =>
      writeListenerAnswer({ kind: 'answered', status: 201, body: Buffer.from('{"ok":true}') }),
    );
    kit.nats.publish(subject, '{ "n":12345678901234567890 }');
    const [log] = await logsOf(id, 1);
    expect(log).toMatchObject({ outcome: 'delivered', response_status_code: 201, response_body: { ok: true } });
    expect(got).toEqual(['PUT { "n":12345678901234567890 }']);
    expect(kit.receiver.requests).toEqual([]);
  });

  it('is attempted again while its prompt is away, and when its application fails', async () => {
    const { subject, id } = await listening();
    kit.nats.publish(subject, '{}');
    const [away] = await logsOf(id, 1);
    expect(away).toMatchObject({
      outcome: 'failed',
      error: 'no prompt listens: "hukz listen --as-webhook" is not running, or may not subscribe',
    });
    await prompt(id, (attempt) =>
      writeListenerAnswer(
        Number(attempt) < 4
          ? { kind: 'failed', reason: 'connect' }
          : { kind: 'answered', status: 204, body: Buffer.alloc(0) },
      ),
    );
    await eventually(async () => (await logsOf(id, 2))[0]?.outcome === 'delivered', { what: 'a delivery' });
    expect((await logsOf(id, 2)).map(({ outcome }) => outcome)).toContain('failed');
  });

  it.each([
    ['nothing', ''],
    ['the receipt of a stream', '{"stream":"ORDERS","seq":1}'],
    ['a status that no receiver may answer', '{"status":99}\n'],
  ])('takes %s for no answer', async (_, reply) => {
    const { subject, id } = await listening({ retry: { schedule: [] } });
    await prompt(id, () => reply);
    kit.nats.publish(subject, '{}');
    const [log] = await logsOf(id, 1);
    expect(log).toMatchObject({ outcome: 'dead', error: 'the reply over NATS is no answer of a prompt' });
  });

  it('keeps 16 KiB of an answer, and masks its secrets in it', async () => {
    const { subject, id } = await listening({ headers: { 'x-token': 'a-secret-of-ours' } });
    await prompt(id, () =>
      writeListenerAnswer({
        kind: 'answered',
        status: 200,
        body: Buffer.from(`a-secret-of-ours ${'x'.repeat(60_000)}`),
      }),
    );
    kit.nats.publish(subject, '{}');
    const [log] = await logsOf(id, 1);
    expect(log?.response_body).toMatch(/^\*\*\* x+$/);
    expect(String(log?.response_body).length).toBeLessThanOrEqual(16 * 1024);
  });
});
