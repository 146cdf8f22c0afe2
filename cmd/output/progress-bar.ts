import type { Streams } from '../invocation.js';

const WIDTH = 30;

/** A bar on a terminal, or a line whenever something has changed, which is written elsewhere. */
export function makeProgressBar(stream: Streams['stderr']) {
  let shown = '';
  return {
    show(done: number, total: number): void {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      const figures = `${Math.floor(share * 100)} % (${done} of ${total})`;
      const line = stream.isTTY ? `\r[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${figures}` : `${figures}\n`;
      if (line !== shown) stream.write(line);
      shown = line;
    },
    /** Leaves the bar as it is, and what follows begins in the next line. */
    end(): void {
      if (stream.isTTY && shown !== '') stream.write('\n');
      shown = '';
    },
  };
}
