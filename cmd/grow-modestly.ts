import { getHeapStatistics, setFlagsFromString } from 'node:v8';

const LOOK_EVERY_MS = 250;
const LARGE_BYTES = 90 << 20;

/**
 * On a machine with much memory V8 lets the heap grow to four times what is alive before it looks for garbage, and the
 * buffers that hang on it grow along: after an outage, 50,000 messages that come at once made a peak of 300 MB of it. Once
 * heap and buffers are large it may grow by half only; always, that would cost a fifth of the CPU at full rate. V8 reads the flag at
 * each collection.
 */
export function growModestly(): void {
  let isLarge = false;
  const look = () => {
    const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
    if (heap + external > LARGE_BYTES === isLarge) return;
    isLarge = !isLarge;
    setFlagsFromString(`--heap-growing-percent=${isLarge ? 50 : 0}`);
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}
