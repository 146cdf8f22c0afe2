import { readMark } from '../mark.js';
import { nowMs } from '../now.js';
import { type ArrivalReport, Arrivals, type Schedule } from './arrivals.js';
import { makeBareServer } from './bare-server.js';
import { makeHttpServer } from './http-server.js';
import { serveCommands, tell } from './serve-commands.js';

/** `bare` costs half of `http`: 19 against 38 µs of CPU a request. */
export type ReceiverKind = 'bare' | 'http';

export type ReceiverCommands = {
  /** Answers the port. */
  listen(kind: ReceiverKind): Promise<number>;
  /** Forgets the run before. */
  begin(run: { readonly run: number; readonly expected: number }): void;
  report(schedule: Schedule | undefined): ArrivalReport;
};

const TELL_EVERY_MS = 5;

serveCommands(makeReceiver());

function makeReceiver(): ReceiverCommands {
  let arrivals = new Arrivals(0, 0);
  let told = 0;
  const onBody = (bytes: Buffer, from: number) => arrivals.record(readMark(bytes, from), nowMs());
  setInterval(() => {
    if (arrivals.distinct === told) return;
    told = arrivals.distinct;
    tell(told);
  }, TELL_EVERY_MS);
  return {
    listen: (kind) =>
      new Promise((resolve) => {
        const server = kind === 'bare' ? makeBareServer(onBody) : makeHttpServer(onBody);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      }),
    begin({ run, expected }) {
      arrivals = new Arrivals(run, expected);
      told = 0;
    },
    report: (schedule) => arrivals.report(schedule),
  };
}
