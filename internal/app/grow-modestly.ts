import { setFlagsFromString } from 'node:v8';

const LOOK_EVERY_MS = 100;
const MANY = 1000;

/**
 * On a machine with much memory V8 lets the heap grow to four times what is alive before it looks for garbage, and the
 * buffers that hang on it grow along: messages that come back at once after an outage made a peak of 325 MB of it. While
 * many wait for their commit it may grow by a quarter only; always, that would cost a fifth of the CPU at full rate. V8 reads
 * the flag at each collection. Answers what ends the looking.
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
