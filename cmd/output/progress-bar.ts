import type { Streams } from '../invocation.js';

const WIDTH = 30;

/** A bar on a terminal. Elsewhere it is a line whenever a tenth more is done. */
export function makeProgressBar(stream: Streams['stderr']) {
  let shown = '';
  let tenths = -1;
  return {
    show(done: number, total: number): void {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      const figures = `${Math.floor(share * 100)} % (${done} of ${total})`;
      const line = stream.isTTY ? `\r[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${figures}` : `${figures}\n`;
      const isNews = stream.isTTY ? line !== shown : Math.floor(share * 10) > tenths;
      tenths = Math.floor(share * 10);
      if (isNews) stream.write(line);
      shown = line;
    },
    /** Leaves the bar as it is, and what follows begins in the next line. */
    end(): void {
      if (stream.isTTY && shown !== '') stream.write('\n');
      shown = '';
    },
  };
}
