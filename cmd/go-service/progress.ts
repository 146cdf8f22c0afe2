const WIDTH = 30;
const STEPS = 10;

interface Progress {
  show(done: number, total: number): void;
  end(): void;
}

/** A bar on stderr. Without a terminal, one line for each tenth. */
export function showProgress(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  let lastStep = 0;
  return {
    show(done, total) {
      const share = total === 0 ? 1 : Math.min(done / total, 1);
      const text = `${done} of ${Math.max(done, total)} ${what}`;
      if (stream.isTTY) {
        const full = Math.round(share * WIDTH);
        stream.write(`\r[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${text}`);
        return;
      }
      const step = Math.floor(share * STEPS);
      if (step > lastStep) stream.write(`${text}\n`);
      lastStep = step;
    },
    end() {
      if (stream.isTTY) stream.write('\n');
    },
  };
}
