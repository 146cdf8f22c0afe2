import { expect, it } from '@jest/globals';
import { isJson } from '../../domain/message/json-bytes.js';
import type { Publication } from '../../domain/message/publication.js';
import { fc } from '../../testkit/properties.js';
import { makeJsonForm } from './json-form.js';
import { readHead } from './request-head.js';

const read = makeJsonForm(1 << 20);
const HEAD = readHead({ rawHeaders: [] });

/** Returns the message in a body, or undefined if the form refuses the body. */
function publicationOf(body: string | Uint8Array): Publication | undefined {
  try {
    return read(Buffer.from(body), HEAD);
  } catch {
    return undefined;
  }
}

const space = fc.constantFrom('', ' ', '\n\t ');
/** Texts that are JSON, and some that only look like it. */
const text = fc.oneof(
  fc.json(),
  fc.json().map((json) => json.slice(1)),
  fc.constantFrom('01', '1.', "'a'", 'NaN', '"\u0001"', '"\\x"', '[1,]', '{"a":1,}', 'tru', '"a" "b"', ''),
);
/** Members after which the body has to be parsed by its schema. */
const more = fc.constantFrom('', ',"id":"k"', ',"tags":{"a":"b"}', ',"space":1,"retry":false');

it('a payload in a JSON body counts as JSON without another scan exactly if a scan finds that it is', () => {
  fc.assert(
    fc.property(text, space, more, (payload, gap, rest) => {
      const made = publicationOf(`{"event":"a.b","payload":${gap}${payload}${gap}${rest}}`);
      expect(made !== undefined).toBe(isJson(Buffer.from(payload)));
      if (made) expect([made.isJson, Buffer.from(made.payload).toString()]).toEqual([true, payload.trim()]);
    }),
  );
});

it('and no other payload does: bytes in base64, or none', () => {
  const none = [publicationOf('{"event":"a.b"}'), publicationOf('{"event":"a.b","space":1}')];
  const bytes = publicationOf('{"event":"a.b","payload_base64":"eyJhIjox"}');
  for (const made of [...none, bytes]) expect(made).not.toHaveProperty('isJson');
  expect(none.map((made) => made?.payload.length)).toEqual([0, 0]);
  // A byte that is not UTF-8 makes the whole body malformed.
  expect(publicationOf(Buffer.from('{"event":"a.b","payload":"\xff"}', 'latin1'))).toBeUndefined();
});
