// This module is loaded into a service before the program. It counts the bytes that JavaScript copies in memory in
// pieces as large as a payload. Before it reports, it collects garbage, so that the reported memory is really in use.
import { createServer } from 'node:http';

/** Smaller copies are headers, small parameters and the parts of a response. */
const LARGE = 16 << 10;
const counted = { copiedBytes: 0 };

const count = (bytes: number) => {
  if (bytes >= LARGE) counted.copiedBytes += bytes;
};

const { concat, from } = Buffer;
const { copy } = Buffer.prototype;
const { set, slice } = Uint8Array.prototype;

Buffer.concat = (list, length) => {
  const joined = concat(list, length);
  count(joined.length);
  return joined;
};
Buffer.from = new Proxy(from, {
  apply(target, self, [value, ...rest]: [unknown, ...unknown[]]) {
    const made = Reflect.apply(target, self, [value, ...rest]) as Buffer;
    // A Buffer from an ArrayBuffer is a view, not a copy.
    if (!(value instanceof ArrayBuffer)) count(made.length);
    return made;
  },
});
Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<Buffer['copy']>) {
  const copied = copy.apply(this, args);
  count(copied);
  return copied;
};
Uint8Array.prototype.set = function (array, offset) {
  count(array.length);
  set.call(this, array, offset);
};
Uint8Array.prototype.slice = function (start, end) {
  const made = slice.call(this, start, end) as Uint8Array<ArrayBuffer>;
  count(made.length);
  return made;
};

const port = Number(new URL(import.meta.url).searchParams.get('port'));
createServer((_, response) => {
  globalThis.gc?.();
  response.end(JSON.stringify({ ...counted, residentBytes: process.memoryUsage().arrayBuffers }));
})
  .listen(port, '127.0.0.1')
  .unref();
