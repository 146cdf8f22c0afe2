import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Ending, Member } from './member.js';
import { AT_ONCE_MS, restartDelayMs } from './restart-delay.js';

export interface SupervisorDeps {
  /** Number of workers to keep running. */
  readonly count: number;
  startMember(): Member;
  /** Called for each worker that has ended. `stop` waits for the returned promise. */
  onEnded(member: Member, isClean: boolean): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Supervisor {
  members(): readonly Member[];
  /** Starts a worker in each place. Resolves with the API's port when each place has had a worker that was ready. */
  start(): Promise<number>;
  /** Resolves, with a worker's sentence, when no worker can run. */
  readonly failed: Promise<string>;
  /** Number of workers that were started in place of another. */
  replaced(): number;
  /** Asks all workers to stop, and resolves when they have ended. May be called twice. */
  stop(): Promise<void>;
  /** Ends all workers immediately. */
  kill(): void;
}

/** Keeps a fixed number of places filled. When a worker ends, another one takes its place. */
export function supervise(deps: SupervisorDeps): Supervisor {
  const { clock, logger } = deps;
  const members = new Set<Member>();
  const stopping = new AbortController();
  const farewells = new Set<Promise<void>>();
  let replaced = 0;
  let onFailed: (sentence: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    onFailed = resolve;
  });

  const sayEnded = (member: Member, { code, signal }: Ending) => {
    const { pid: worker, instance, failure: error } = member;
    logger.warn('worker.ended', { worker, instance, code, signal, ...(error !== undefined && { error }) });
  };

  const seeOff = (member: Member, isClean: boolean) => {
    const farewell = deps.onEnded(member, isClean).finally(() => farewells.delete(farewell));
    farewells.add(farewell);
  };

  /** Keeps one place filled until the supervisor stops. */
  const keepPlace = async (onReady: (port: number) => void): Promise<void> => {
    let quickDeaths = 0;
    while (!stopping.signal.aborted) {
      const from = clock.monotonic();
      const member = deps.startMember();
      members.add(member);
      void member.ready.then(onReady);
      const ending = await member.ended;
      members.delete(member);
      seeOff(member, ending.code === 0);
      if (stopping.signal.aborted) return;
      const othersRun = [...members].some(({ isReady }) => isReady);
      if (member.failure !== undefined && !othersRun) return onFailed(member.failure);
      sayEnded(member, ending);
      quickDeaths = clock.monotonic() - from < AT_ONCE_MS ? quickDeaths + 1 : 0;
      await pause(restartDelayMs(quickDeaths), stopping.signal);
      replaced++;
    }
  };

  const places: Promise<void>[] = [];
  const fill = () => new Promise<number>((resolve) => places.push(keepPlace(resolve)));
  let stopped: Promise<void> | undefined;
  const finish = async () => {
    stopping.abort();
    for (const member of members) member.stop();
    await Promise.all(places);
    await Promise.all(farewells);
  };
  return {
    members: () => [...members],
    async start() {
      const [port = 0] = await Promise.all(Array.from({ length: deps.count }, fill));
      return port;
    },
    failed,
    replaced: () => replaced,
    stop() {
      stopped ??= finish();
      return stopped;
    },
    kill() {
      for (const member of members) member.kill();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
