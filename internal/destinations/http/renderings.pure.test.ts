import { expect, it } from '@jest/globals';
import { formats } from '../../domain/format/formats.js';
import { makeTestMessage } from '../../testkit/kits/test-message.js';
import { makeRenderings } from './renderings.js';

it('a message is rendered once a format, however many webhooks get it', () => {
  const render = makeRenderings();
  const message = makeTestMessage('{"a":1}');
  const { body } = render(formats.standard, message);
  for (let webhook = 0; webhook < 10_000; webhook++) expect(render(formats.standard, message).body).toBe(body);
  expect(render(formats.cloudevents, message).body).not.toBe(body);
  expect(render(formats.standard, makeTestMessage('{"a":1}')).body).not.toBe(body);
});

it('the envelope is the one that was made when the message came', () => {
  const message = makeTestMessage('{"a":1}');
  expect(makeRenderings()(formats.hukz, message).body).toBe(message.body);
});
