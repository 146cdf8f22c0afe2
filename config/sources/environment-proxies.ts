import type { EgressProxies } from '../../internal/domain/egress/egress-proxies.js';
import { type EgressProxy, parseEgressProxy } from '../../internal/domain/egress/egress-proxy.js';
import { NO_EXCEPTION, type NoProxy, parseNoProxy } from '../../internal/domain/egress/no-proxy.js';
import type { Environment } from '../read-environment.js';

export interface EnvironmentProxies {
  /** Undefined: the environment names no proxy. */
  readonly proxies?: EgressProxies;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The proxies that `HTTP_PROXY` and `HTTPS_PROXY` name for every program, in capitals or small letters, with the
 * exceptions of `NO_PROXY`. The Go service obeyed them.
 */
export function readEnvironmentProxies(env: Environment): EnvironmentProxies {
  const [http, https, no] = [find(env, 'HTTP_PROXY'), find(env, 'HTTPS_PROXY'), find(env, 'NO_PROXY')];
  const read = [http, https].map((variable) => variable && parseProxy(variable.text));
  const problems = [http, https].flatMap((variable, index) =>
    variable && !read[index]
      ? [`${variable.name} must be an HTTP proxy such as http://proxy.example.com:3128; EGRESS_PROXY takes precedence`]
      : [],
  );
  const found = { ...(read[0] && { http: read[0] }), ...(read[1] && { https: read[1] }) };
  const { except, warnings } = exceptions(no?.text ?? '');
  const from = [http, https].flatMap((variable) => (variable ? [variable.name] : [])).join(', ');
  return {
    ...(from !== '' && { proxies: { ...found, from, except, exceptLoopback: true } }),
    problems,
    warnings: from === '' ? [] : warnings,
  };
}

function find(env: Environment, name: string): { readonly name: string; readonly text: string } | undefined {
  return [name, name.toLowerCase()].flatMap((each) => (env[each] ? [{ name: each, text: env[each] }] : []))[0];
}

function parseProxy(text: string): EgressProxy | undefined {
  const parsed = parseEgressProxy(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
  return parsed.ok ? parsed.value : undefined;
}

/** Other programs read entries that this one does not know. They are left out, so the proxy is used for them. */
function exceptions(text: string): { readonly except: NoProxy; readonly warnings: readonly string[] } {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  const unknown = parts.filter((part) => !parseNoProxy(part).ok);
  const known = parseNoProxy(parts.filter((part) => !unknown.includes(part)).join(','));
  const except = known.ok ? known.value : NO_EXCEPTION;
  return { except, warnings: unknown.map((part) => `NO_PROXY: ${JSON.stringify(part)} is ignored`) };
}
