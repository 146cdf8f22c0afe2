interface WithProcess {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/**
 * The value of an environment variable. Node, Deno and Bun have `process.env`; browsers do not. An empty value counts
 * as absent. Deno refuses to read a variable without `--allow-env`, which counts as absent too.
 */
export function environmentVariable(name: string): string | undefined {
  const scope: WithProcess & typeof globalThis = globalThis;
  try {
    return scope.process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}
