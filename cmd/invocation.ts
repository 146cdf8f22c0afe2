import type { Environment } from '../config/read-environment.js';

/** Standard input, output and error. Tests replace them. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/** The properties of the process that a command may use. */
export interface Invocation {
  readonly env: Environment;
  readonly cwd: string;
  readonly version: string;
  readonly streams: Streams;
}
