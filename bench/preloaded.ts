import { findFreePort } from '../internal/local/free-port.js';

/** A module of `preload/` that a service loads before the program, and that answers over HTTP. */
export interface Preloaded {
  /** The arguments with which Node loads the module. */
  readonly nodeArguments: readonly string[];
  /** Requests the module's report, as text. */
  ask(): Promise<string>;
}

export async function preloaded(name: string): Promise<Preloaded> {
  const port = await findFreePort();
  const module = new URL(`./preload/${name}.js?port=${port}`, import.meta.url).href;
  return {
    nodeArguments: ['--import', module],
    ask: async () => (await fetch(`http://127.0.0.1:${port}`)).text(),
  };
}
