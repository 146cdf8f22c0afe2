import { describe, expect, it } from '@jest/globals';
import { nodeHandler, receiver, verify } from 'hukz-receiver';
import { makeSecret, sign } from 'hukz-signatures';

const secret = makeSecret();

async function requestOf(body: string | ArrayBuffer, more: Readonly<Record<string, string>> = {}) {
  const headers = { ...(await sign({ id: 'd-1', body }, { secret })), 'hukz-event': 'order.created', ...more };
  return { headers, body };
}

describe('a body beyond maxBytes is refused in every form', () => {
  it.each<[string, string | ArrayBuffer]>([
    ['a text whose bytes are more than its characters', 'ä'.repeat(40)],
    ['a buffer', new ArrayBuffer(80)],
  ])('%s', async (_, body) => {
    const request = await requestOf(body);
    await expect(verify(request, { secret, maxBytes: 79 })).rejects.toThrow('the body is larger than maxBytes');
    expect((await verify(request, { secret, maxBytes: 80 })).id).toBe('d-1');
  });
});

describe('a receiver never rejects', () => {
  const incoming = async () => {
    const { headers, body } = await requestOf('{}');
    return { headers, read: async () => ({ body }) };
  };
  const throwing = () => {
    throw new Error('a bug of the log');
  };

  it('although onError throws', async () => {
    const failing = receiver({ secret, onError: throwing }).on('>', () => Promise.reject(new Error('no')));
    expect((await failing.receive(await incoming())).status).toBe(500);
  });

  it('and keeps the error of a handler although its claim cannot be abandoned and onError throws', async () => {
    const dedupe = { claim: async () => ({ finish: async () => undefined, abandon: async () => throwing() }) };
    const gone = receiver({ secret, dedupe, onError: throwing }).on('>', () => Promise.reject(new Error('no')));
    expect((await gone.receive(await incoming())).status).toBe(500);
  });

  it('and writes no second response if something has answered meanwhile', async () => {
    const hooks = receiver({ secret }).on('>', () => undefined);
    const { headers } = await requestOf('{}');
    const written: unknown[] = [];
    const request = { headers, body: '{}', on: () => request, off: () => request, pause: () => request };
    const response = {
      headersSent: true,
      writeHead: (...head: readonly unknown[]) => written.push(head),
      end: (text: string) => written.push(text),
    };
    await nodeHandler(hooks)(request, response);
    expect(written).toEqual([]);
  });
});

it('an attempt that is no number is the first one', async () => {
  expect((await verify(await requestOf('{}', { 'hukz-attempt': 'x' }), { secret })).attempt).toBe(1);
  expect((await verify(await requestOf('{}', { 'hukz-attempt': '3' }), { secret })).attempt).toBe(3);
});

it('a prefix that fits in no header name is refused at once', () => {
  expect(() => receiver({ secret: 'supersecret', scheme: 'webhooks-emitter', prefix: 'a b' })).toThrow(
    'prefix must be 1 to 64 letters, digits and dashes',
  );
});
