/** `${NAME}`, `${NAME:-default}`, or `$${` for the characters `${`; anything else after `${` is a mistake. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

export interface Filled {
  /** The value, with the values of the variables. */
  readonly value: unknown;
  /** The texts that had variables, as they are written, by their paths, such as `auth.token`. */
  readonly templates: ReadonlyMap<string, string>;
}

type Path = readonly string[];

/**
 * Puts the values of environment variables into the texts of a document, however deep they are. A value is always
 * text: it adds no structure, whatever characters it has.
 * @param report receives what is wrong, and the path; never the value of a variable
 */
export function fillIn(
  document: unknown,
  env: Readonly<Record<string, string | undefined>>,
  report: (path: Path, message: string) => void,
): Filled {
  const templates = new Map<string, string>();

  function fillText(text: string, path: Path): string {
    if (!text.includes('${')) return text;
    let hasVariables = false;
    const filled = text.replace(VARIABLE, (whole, name: string | undefined, fallback: string | undefined) => {
      if (whole === '$${') return '${';
      hasVariables = true;
      if (name === undefined) {
        report(path, `a variable is written as \${NAME} or \${NAME:-default}; write $\${ for the characters \${`);
        return '';
      }
      const found = env[name];
      // As in a shell, the default is also used for an empty variable.
      const value = fallback !== undefined && !found ? fallback : found;
      if (value === undefined) report(path, `the variable ${name} is not set, and has no default (\${${name}:-…})`);
      return value ?? '';
    });
    if (hasVariables) templates.set(path.join('.'), text);
    return filled;
  }

  function fill(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return fillText(value, path);
    if (Array.isArray(value)) return value.map((each, nth) => fill(each, [...path, String(nth)]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, [...path, name])]));
  }

  return { value: fill(document, []), templates };
}
