import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Connection } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import type { Output } from '../output/output.js';

/** The tools of a verb that does not call the API. */
export interface LocalSession {
  readonly here: Invocation;
  /** Prints facts to stdout, in the format that the user chose. */
  readonly out: Output;
  /** Tells the user something that is no result, on stderr. */
  say(line: string): void;
  /** Asks before something is destroyed. @throws {CommandFailed} if the answer is no, or there is no terminal */
  confirm(question: string): Promise<void>;
}

/** The tools of a verb that calls the API. */
export interface Session extends LocalSession {
  /** The client of the API, in the space of the connection. */
  readonly hukz: Hukz;
  readonly connection: Connection;
}

export interface Input<Options> {
  /** The arguments as they were written. */
  readonly args: readonly string[];
  readonly options: Options;
}

export type Verb<Options = object> = (session: Session, input: Input<Options>) => Promise<void>;
export type LocalVerb<Options = object> = (session: LocalSession, input: Input<Options>) => Promise<void>;
