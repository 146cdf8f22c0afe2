import { findFreePort } from '../internal/local/free-port.js';

/** A module of `preload/` that a service loads before the program, and which answers over HTTP. */
export interface Preloaded {
  /** What makes the service load it. */
  readonly nodeArguments: readonly string[];
  /** What it has to say, as text. */
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
