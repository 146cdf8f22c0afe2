// Loaded into a service before the program. Tells how long its main thread ran, at the most, between two beats of a timer that
// is late by as much as a turn of the event loop takes: what was waited for a core that others had is not in it. A beat is of
// several short turns, and the kernel's account may be behind by one of its own ticks.
import { openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';

const BEAT_MS = 5;

// The kernel's: nanoseconds that this thread ran, that it waited for a core, and how often it was given one.
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
