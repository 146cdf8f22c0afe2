// This module is loaded into a service before the program. It reports the longest time that the main thread ran between
// two beats of a timer, which is late by the duration of a turn of the event loop. Time spent waiting for a core that
// other processes had is not included. Several short turns may be in one beat, and the kernel's account may be late by
// one tick.
import { openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';

const BEAT_MS = 5;

// The file contains the nanoseconds that this thread ran, the nanoseconds that it waited for a core, and the number of
// its time slices.
const account = openSync('/proc/thread-self/schedstat', 'r');
const text = Buffer.alloc(64);
const ranMs = () => Number(text.toString('latin1', 0, readSync(account, text, 0, text.length, 0)).split(' ')[0]) / 1e6;

let last = ranMs();
let longest = 0;
setInterval(() => {
  const now = ranMs();
  longest = Math.max(longest, now - last);
  last = now;
}, BEAT_MS).unref();

const port = Number(new URL(import.meta.url).searchParams.get('port'));
createServer((_, response) => {
  response.end(String(longest));
  longest = 0;
})
  .listen(port, '127.0.0.1')
  .unref();
