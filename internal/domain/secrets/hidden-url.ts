/** Replaces a hidden part. */
export const HIDDEN_PART = '***';

/**
 * Hosts whose URLs are secrets, because anyone who knows such a URL can post to it. The path is shown up to the end of
 * the match.
 */
const CAPABILITY_PATHS: readonly (readonly [host: RegExp, shown: RegExp])[] = [
  [/^hooks\.slack(?:-gov)?\.com$/, /^\/[^/]+\//],
  [/^(?:[a-z]+\.)?discord(?:app)?\.com$/, /^\/api\/(?:v\d+\/)?webhooks\/[^/]+\//],
  [/\.webhook\.office\.com$/, /^\/[^/]+\//],
  [/^outlook\.office(?:365)?\.com$/, /^\/webhook\//],
  [/^hooks\.zapier\.com$/, /^\/hooks\/[^/]+\//],
  [/^maker\.ifttt\.com$/, /^\/trigger\/[^/]+\/(?:json\/)?with\/key\//],
  [/^api\.telegram\.org$/, /^\/(?:file\/)?bot/],
  [/^webexapis\.com$/, /^\/v1\/webhooks\/incoming\//],
  [/^open\.(?:feishu\.cn|larksuite\.com)$/, /^\/open-apis\/bot\/(?:v2\/)?hook\//],
  [/^hook\.[a-z0-9.-]+\.(?:make|celonis)\.com$/, /^\//],
  // Mattermost, which its users host themselves.
  [/./, /^(?:\/[^/]+)*\/hooks\/(?=(?:[a-z0-9]{26}|\*{3})\/?$)/],
];
/**
 * Names of query parameters that contain a secret: `token` and `key` of Google Chat, `sig` of Teams, `code` of Azure.
 */
const SECRET_NAME =
  /token|secret|passw|passphrase|signature|credential|jwt|(?:api|access|private|auth)[-_.]?key|^(?:key|sig|auth|code|pwd|hmac)$/i;
/** The parts of a URL in its original spelling. */
const PARTS = /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/**
 * Replaces each secret part of a URL by `***`. A URL without secrets, or with all of them hidden already, is unchanged.
 */
export function shownUrl(url: string): string {
  return replaceSecrets(url, () => HIDDEN_PART);
}

/** Returns the secret parts of a URL in their original spelling. */
export function secretsInUrl(url: string): readonly string[] {
  const found: string[] = [];
  replaceSecrets(url, (secret) => {
    found.push(secret);
    return secret;
  });
  return found;
}

/** Whether a part of a URL is hidden, so that the URL cannot be used for requests. */
export const isHidden = (url: string): boolean => secretsInUrl(url).includes(HIDDEN_PART);

function replaceSecrets(url: string, replace: (secret: string) => string): string {
  if (!URL.canParse(url)) return url;
  let found = 0;
  const replaced = replaceIn(asSent(url), (secret) => {
    found += 1;
    return replace(secret);
  });
  return found === 0 ? url : replaced;
}

/** Returns the original spelling of a URL, unless requests have another path, as with `/api/./webhooks`. */
function asSent(url: string): string {
  const { href, pathname } = new URL(url);
  const [, server, path] = PARTS.exec(url) ?? [];
  return server !== undefined && (path || '/') === pathname ? url : href;
}

function replaceIn(url: string, replace: (secret: string) => string): string {
  const [, server = '', path = '', query = '', fragment = ''] = PARTS.exec(url) ?? [];
  // A trailing dot of a host name is ignored.
  const shown = shownPathOf(new URL(url).hostname.replace(/\.$/, ''), path);
  const isPathHidden = shown !== undefined && path.length > shown.length;
  const shownPath = isPathHidden ? shown + replace(path.slice(shown.length)) : path;
  const shownQuery = query.replace(/([?&])([^=&]*)=([^&]+)/g, (whole, before: string, name: string, value: string) =>
    SECRET_NAME.test(decoded(name)) ? `${before}${name}=${replace(value)}` : whole,
  );
  return server + shownPath + shownQuery + fragment;
}

/** Returns the part of a path that may be shown when the rest of the path is a secret. */
function shownPathOf(hostname: string, path: string): string | undefined {
  for (const [host, shown] of CAPABILITY_PATHS) {
    const found = host.test(hostname) ? shown.exec(path)?.[0] : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the name of a parameter as its receiver reads it: `t%6Fken` is `token`. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
