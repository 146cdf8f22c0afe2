import type { Environment } from '../read-environment.js';

const VARIABLE = /(\\)?\$(?:\{([A-Z0-9_]+)\}|([A-Z0-9_]+))/g;
const IN_SINGLE_QUOTES = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*'/gm;

/**
 * Replaces `$NAME` and `${NAME}` as the Go service did in `config.env`: by the variable of the environment, else by the
 * key of that name in the file, else by nothing. Names are capitals, digits and underscores. `\$NAME` and a value in
 * single quotes stay as they are.
 */
export function expandVariables(
  values: Readonly<Record<string, string>>,
  source: string,
  env: Environment,
): Record<string, string> {
  const literal = new Set([...source.matchAll(IN_SINGLE_QUOTES)].map(([, key]) => key));
  const expanded: Record<string, string> = {};
  for (const [key, text] of Object.entries(values)) {
    const lookUp = (whole: string, escaped?: string, braced?: string, bare?: string) =>
      escaped ? whole.slice(1) : (env[braced ?? bare ?? ''] ?? expanded[braced ?? bare ?? ''] ?? '');
    expanded[key] = literal.has(key) ? text : text.replaceAll(VARIABLE, lookUp);
  }
  return expanded;
}
