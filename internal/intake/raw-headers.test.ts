import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsServer } from '../local/nats-server.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { fc } from '../testkit/properties.js';
import { openRawNats, type RawNats } from '../testkit/servers/raw-nats.js';
import { type Receiver, startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

const NONE = Buffer.from('NATS/1.0\r\n\r\n');
const BLOCKS: readonly (readonly [what: string, block: string | Uint8Array])[] = [
  ['a space in a name', 'NATS/1.0\r\ntrace id: 1\r\n\r\n'],
  ['a CR in a value', 'NATS/1.0\r\nx-a: one\rEvil: 1\r\n\r\n'],
  ['a LF in a value', 'NATS/1.0\r\nx-a: one\nEvil: 1\r\n\r\n'],
  ['a letter beyond ASCII in a name', 'NATS/1.0\r\nGröße: 1\r\n\r\n'],
  ['a NUL in a name and in a value', 'NATS/1.0\r\nx\0a: 1\r\nx-b: 1\0\r\n\r\n'],
  ['a space before a colon', 'NATS/1.0\r\nx-a : 1\r\n\r\n'],
  ['a name that is empty', 'NATS/1.0\r\n: 1\r\n\r\n'],
  ['a line without a colon', 'NATS/1.0\r\nx-a\r\n\r\n'],
  ['a folded line', 'NATS/1.0\r\nx-a: one\r\n\ttwo\r\n\r\n'],
  ['bare line feeds', 'NATS/1.0\nx-a: 1\n\n'],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from('NATS/1.0\r\nx-a: '), Buffer.from([0xff, 0xc3, 0x28])])],
  ['no end', 'NATS/1.0\r\nx-a: 1'],
  ['no version', '\r\n\r\n'],
  ['nothing', ''],
  ['the status of an answer', 'NATS/1.0 503 No Responders\r\n\r\n'],
  ['the status of a heartbeat', 'NATS/1.0 100 Idle Heartbeat\r\n\r\n'],
  ['the status of a lost consumer', 'NATS/1.0 409 Consumer Deleted\r\n\r\n'],
];

describe.each(['core', 'jetstream'])('in %s mode', (mode) => {
  let database: TestDatabase;
  let server: NatsServer;
  let raw: RawNats;
  let hukz: TestApp;
  let receiver: Receiver;
  let sent = 0;
  const arrived = new Set<number>();

  beforeAll(async () => {
    database = await makeTestDatabase();
    server = await startTestNats({ jetstream: mode === 'jetstream' });
    raw = await openRawNats(server.port);
    receiver = await startReceiver(({ body }) => {
      const { n } = JSON.parse(String(body)).payload;
      arrived.add(n);
      return {};
    });
    hukz = await startTestApp({ database, natsUrl: server.url }, { HUKZ_INTAKE: mode });
    await hukz.api.webhook(receiver.url, [await hukz.api.event('raw.message')], { pass_headers: ['x-a', 'x-b'] });
  });
  afterAll(async () => {
    raw.close();
    await hukz.stop();
    await receiver.stop();
    await server.stop();
    await database.drop();
  });

  const publish = (block: string | Uint8Array) => {
    raw.publish('raw.message', Buffer.from(block), JSON.stringify({ n: sent++ }));
  };
  const allArrived = async () => {
    await raw.flush();
    await receiver.waitFor(sent);
    expect(arrived.size).toBe(sent);
  };

  it.each(BLOCKS)('a message is delivered with its neighbours, with %s in its headers', async (_what, block) => {
    publish(NONE);
    publish(block);
    for (let n = 0; n < 5; n++) publish(NONE);
    await allArrived();
  });

  it('headers that cannot be read are counted, and logged in one line per second', async () => {
    publish(`NATS/1.0\r\n${'trace id: 1\r\n'.repeat(9)}\r\n`);
    await allArrived();
    const metrics = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
    expect(Number(/^hukz_message_headers_dropped_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(9);
    expect(metrics).toMatch(/^hukz_intake_callback_failures_total 0$/m);
    await eventually(() => hukz.logger.lines.some(({ name }) => name === 'message.headers_dropped'), {
      what: 'the line',
    });
  });

  it('a message whose narrowing cannot be read reaches no receiver', async () => {
    raw.publish('raw.message', Buffer.from('NATS/1.0\r\nHukz-Space : 7\r\n\r\n'), '{"n":-1}');
    publish(NONE);
    await allArrived();
    expect(arrived).not.toContain(-1);
  });

  it('whatever bytes the headers of a message are, it is delivered, and so is the next', async () => {
    await fc.assert(
      fc.asyncProperty(anyBlock, async (block) => {
        publish(block);
        publish(NONE);
        await allArrived();
      }),
      { numRuns: 60 },
    );
  });
});

const fragment = fc.constantFrom(
  'NATS/1.0',
  '\r\n',
  '\r',
  '\n',
  ':',
  ' ',
  'x-a: 1',
  '\t',
  '\0',
  ' 503 x',
  'é',
  '\u{1f600}',
);
const anyBlock = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
  fc
    .array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 })
    .map((lines) =>
      Buffer.concat([Buffer.from('NATS/1.0\r\n'), ...lines.flatMap((line) => [line, Buffer.from('\r\n')])]),
    ),
);
