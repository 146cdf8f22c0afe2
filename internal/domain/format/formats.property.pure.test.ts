import { describe, expect, it } from '@jest/globals';
import { makeTestMessage } from '../../testkit/kits/test-message.js';
import { fc } from '../../testkit/properties.js';
import { isJson } from '../message/json-bytes.js';
import { payloadKind } from '../message/payload-kind.js';
import { formatNames, formats } from './formats.js';

const subject = fc.oneof(
  fc.constant('tag.created'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map((text) => text.replace(/\p{Cs}/gu, '\ufffd')),
);
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.json({ stringUnit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.bigInt().map((n) => new Uint8Array(Buffer.from(` ${n}\n`))),
  fc
    .record({ name: fc.jsonValue(), title: fc.jsonValue() })
    .map((it) => new Uint8Array(Buffer.from(JSON.stringify(it)))),
);

describe('whatever is published', () => {
  it('is known to be JSON, nothing or bytes from its envelope alone', () => {
    fc.assert(
      fc.property(subject, payload, (event, bytes) => {
        const expected = bytes.length === 0 ? 'empty' : isJson(bytes) ? 'json' : 'binary';
        expect(payloadKind(makeTestMessage(bytes, { subject: event }))).toBe(expected);
      }),
    );
  });

  it.each(['standard', 'cloudevents'] as const)('is in %s so that its bytes can be restored exactly', (name) => {
    fc.assert(
      fc.property(subject, payload, (event, bytes) => {
        const message = makeTestMessage(bytes, { subject: event });
        const body = Buffer.from(formats[name].render(message).body);
        const read = JSON.parse(body.toString()) as Record<string, unknown>;
        if (payloadKind(message) === 'empty') return expect(read.data ?? null).toBeNull();
        if (payloadKind(message) === 'json') {
          return expect(body.subarray(-1 - bytes.length, -1).equals(bytes)).toBe(true);
        }
        return expect(Buffer.from(String(read.data_base64 ?? read.data), 'base64').equals(bytes)).toBe(true);
      }),
    );
  });

  it.each(['raw', 'cloudevents-binary'] as const)('is what %s sends', (name) => {
    fc.assert(
      fc.property(subject, payload, (event, bytes) => {
        const { body } = formats[name].render(makeTestMessage(bytes, { subject: event }));
        expect(Buffer.from(body).equals(bytes)).toBe(true);
      }),
    );
  });

  it.each(formatNames)('never keeps %s from rendering it', (name) => {
    fc.assert(
      fc.property(subject, payload, (event, bytes) => {
        const { contentType, body } = formats[name].render(makeTestMessage(bytes, { subject: event }));
        expect(contentType === 'application/octet-stream' || isJson(body)).toBe(true);
      }),
    );
  });
});
