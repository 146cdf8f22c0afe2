/** Stands for what is not shown. */
export const HIDDEN_PART = '***';

/** Hosts whose URLs are secrets: who knows one can post. The path is shown up to the end of what is matched. */
const CAPABILITY_PATHS: readonly (readonly [host: RegExp, shown: RegExp])[] = [
  [/^hooks\.slack(?:-gov)?\.com$/, /^\/[^/]+\//],
  [/^(?:[a-z]+\.)?discord(?:app)?\.com$/, /^\/api\/(?:v\d+\/)?webhooks\/[^/]+\//],
  [/\.webhook\.office\.com$/, /^\/[^/]+\//],
  [/^outlook\.office(?:365)?\.com$/, /^\/webhook\//],
  [/^hooks\.zapier\.com$/, /^\/hooks\/[^/]+\//],
  [/^maker\.ifttt\.com$/, /^\/trigger\/[^/]+\/(?:json\/)?with\/key\//],
];
/** Names of query parameters that carry a secret: `token` and `key` of Google Chat, `sig` of Teams, `code` of Azure. */
const SECRET_NAME =
  /token|secret|passw|passphrase|signature|credential|jwt|(?:api|access|private|auth)[-_.]?key|^(?:key|sig|auth|code|pwd|hmac)$/i;
/** A URL as it was given, in its parts. */
const PARTS = /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** A URL with `***` for each part that is a secret: the same text where none is, and where all are hidden already. */
export function shownUrl(url: string): string {
  return replaceSecrets(url, () => HIDDEN_PART);
}

/** The parts of a URL that are secrets, as they are in it. */
export function secretsInUrl(url: string): readonly string[] {
  const found: string[] = [];
  replaceSecrets(url, (secret) => {
    found.push(secret);
    return secret;
  });
  return found;
}

/** Whether a part of a URL is hidden, so that it is no URL to send to. */
export const isHidden = (url: string): boolean => secretsInUrl(url).includes(HIDDEN_PART);

function replaceSecrets(url: string, replace: (secret: string) => string): string {
  const [, server, path = '', query = '', fragment = ''] = PARTS.exec(url) ?? [];
  if (server === undefined || !URL.canParse(url)) return url;
  const { hostname } = new URL(url);
  const shown = CAPABILITY_PATHS.find(([host]) => host.test(hostname))?.[1].exec(path)?.[0];
  const isPathHidden = shown !== undefined && path.length > shown.length;
  const shownPath = isPathHidden ? shown + replace(path.slice(shown.length)) : path;
  const shownQuery = query.replace(/([?&])([^=&]*)=([^&]+)/g, (whole, before: string, name: string, value: string) =>
    SECRET_NAME.test(name) ? `${before}${name}=${replace(value)}` : whole,
  );
  return server + shownPath + shownQuery + fragment;
}
