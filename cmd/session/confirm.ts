import { createInterface } from 'node:readline/promises';
import { CommandFailed, usageError } from '../command-failed.js';
import type { Streams } from '../invocation.js';
import { plain } from '../output/plain.js';

/** Asks on a terminal before something is destroyed. Elsewhere, `--yes` is the answer. */
export function makeConfirm({ stdin, stderr }: Streams, isYes: boolean): (question: string) => Promise<void> {
  return async (question) => {
    if (isYes) return;
    if (!stdin.isTTY || !stderr.isTTY) {
      throw usageError(`${plain(question)} No terminal can answer, so nothing was changed.`, 'Add --yes to do it.');
    }
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      const answer = await lines.question(`${plain(question)} [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailed('Nothing was changed.');
    } finally {
      lines.close();
    }
  };
}
