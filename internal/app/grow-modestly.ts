import { setFlagsFromString } from 'node:v8';

const LOOK_EVERY_MS = 100;
const MANY = 1000;

/**
 * On a machine with much memory, V8 lets the heap grow to four times the live size before it collects garbage, and the
 * buffers that the heap references grow along: messages that were redelivered together after an outage caused a peak of
 * 325 MB of them. While many messages wait for their commit, the heap may grow by a quarter only. If that limit were
 * permanent, it would cost a fifth of the CPU at full rate. V8 reads the flag at each collection. Returns a function
 * that ends the observation.
 */
export function growModestly(waiting: () => number): () => Promise<void> {
  let isModest = false;
  const look = () => {
    if (waiting() > MANY === isModest) return;
    isModest = !isModest;
    setFlagsFromString(`--heap-growing-percent=${isModest ? 25 : 0}`);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return async () => clearInterval(timer);
}
