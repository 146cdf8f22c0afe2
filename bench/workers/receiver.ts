import { readMark } from '../mark.js';
import { nowMs } from '../now.js';
import { type ArrivalReport, Arrivals, type Expected, type Schedule } from './arrivals.js';
import { makeBareServer, type OnArrival } from './bare-server.js';
import { type Conduct, type Face, makeFace } from './conduct.js';
import { makeHttpServer } from './http-server.js';
import { listenOn } from './listen-on.js';
import { send, serveCommands } from './serve-commands.js';

/** `bare` costs half of `http`: 19 against 38 µs of CPU per request. */
export type ReceiverKind = 'bare' | 'http';

export type ReceiverCommands = {
  /** Opens a port with a separate conduct. Returns the port. */
  listen(options: { readonly kind: ReceiverKind; readonly conduct: Conduct }): Promise<number>;
  /** From now on, all ports answer at once, including waiting requests. */
  heal(): void;
  /** From now on, each port behaves as it did when it was opened. */
  sicken(): void;
  /** Discards the counts of the previous run. */
  begin(expected: Expected): void;
  report(schedule: Schedule | undefined): ArrivalReport;
};

const REPORT_EVERY_MS = 5;

serveCommands(makeReceiver());

function makeReceiver(): ReceiverCommands {
  let arrivals = new Arrivals({ run: 0, messages: 0, fanOut: 1 });
  let told = 0;
  const faces: Face[] = [];
  const onArrival: OnArrival = (bytes, from, hook) => arrivals.record(readMark(bytes, from), hook, nowMs());
  setInterval(() => {
    if (arrivals.distinct === told) return;
    told = arrivals.distinct;
    send(told);
  }, REPORT_EVERY_MS);
  return {
    listen({ kind, conduct }) {
      const face = makeFace(conduct);
      faces.push(face);
      return listenOn(kind === 'bare' ? makeBareServer(face, onArrival) : makeHttpServer(face, onArrival));
    },
    heal() {
      for (const face of faces) face.heal();
    },
    sicken() {
      for (const face of faces) face.sicken();
    },
    begin(expected) {
      arrivals = new Arrivals(expected);
      told = 0;
    },
    report: (schedule) => arrivals.report(schedule),
  };
}
