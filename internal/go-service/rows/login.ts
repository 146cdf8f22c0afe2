/** The user and password of a URL, which Go's client sends as basic authentication. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Splits a URL from its user and password. Any other text is returned as it is. */
export function splitLogin(url: string): { readonly url: string; readonly login?: Login } {
  const [, before, info, after] = /^(https?:\/\/)([^/?#]*)@(.*)$/is.exec(url) ?? [];
  if (before === undefined || info === undefined || after === undefined) return { url };
  const colon = info.indexOf(':');
  const [username, password] = colon < 0 ? [info, ''] : [info.slice(0, colon), info.slice(colon + 1)];
  return { url: `${before}${after}`, login: { username: decoded(username), password: decoded(password) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
