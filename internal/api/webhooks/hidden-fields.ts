import { hiddenHeader, secretHeaders, withSecretValues } from '../../domain/secrets/hidden-headers.js';
import { HIDDEN_PART, isHidden, shownUrl } from '../../domain/secrets/hidden-url.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import type { CredentialsInput } from './settings/auth-field.js';

interface HiddenFieldsInput {
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  readonly auth?: CredentialsInput | null | undefined;
}

/**
 * A body with `***` replaced by the stored values that it hides.
 * @throws {AppError} `unprocessable` for a new webhook, `conflict` for one without such a value
 */
export function withHiddenParts<B extends HiddenFieldsInput>(body: B, current?: Webhook): B {
  return { ...body, ...restoredUrl(body, current), ...restoredHeaders(body, current), ...restoredAuth(body, current) };
}

/** Names of secret headers whose values a change keeps, because it does not give them. */
export function keptHeaders({ headers }: HiddenFieldsInput, current: Webhook): readonly string[] {
  const secret = Object.keys(secretHeaders(headers ?? current.settings.headers ?? {}));
  if (headers === null) return [];
  return headers === undefined ? secret : secret.filter((name) => headers[name] === HIDDEN_PART);
}

function restoredUrl({ url }: HiddenFieldsInput, current: Webhook | undefined): { readonly url?: string } {
  if (!url) return {};
  const restored = wholeUrl(url, current?.url);
  if (restored !== undefined) return { url: restored };
  const message = `url: ${HIDDEN_PART} replaces a part that is not shown; send the whole URL`;
  throw new AppError(codeFor(current), message, 'url');
}

/** The query of a token endpoint may contain a secret too. */
function restoredAuth({ auth }: HiddenFieldsInput, current: Webhook | undefined): HiddenFieldsInput {
  if (auth?.settings.type !== 'oauth2' || auth.settings.tokenUrl === undefined) return {};
  const known = current?.settings.auth;
  const tokenUrl = wholeUrl(auth.settings.tokenUrl, known?.type === 'oauth2' ? known.tokenUrl : undefined);
  if (tokenUrl !== undefined) return { auth: { ...auth, settings: { ...auth.settings, tokenUrl } } };
  const message = `auth: ${HIDDEN_PART} replaces a part of token_url that is not shown; send the whole URL`;
  throw new AppError(codeFor(current), message, 'auth');
}

/** Returns the stored URL if this is its shown form, and undefined if a part is hidden that is not stored. */
function wholeUrl(url: string, known: string | undefined): string | undefined {
  if (known !== undefined && url === shownUrl(known)) return known;
  return isHidden(url) ? undefined : url;
}

function restoredHeaders({ headers }: HiddenFieldsInput, current: Webhook | undefined): HiddenFieldsInput {
  if (!headers) return {};
  const restored = withSecretValues(headers, current?.settings.headers ?? {});
  const hidden = hiddenHeader(restored);
  if (hidden === undefined) return { headers: restored };
  const message = `headers: ${HIDDEN_PART} replaces the value of ${echo(hidden)}, which is not shown; send the value`;
  throw new AppError(codeFor(current), message, 'headers');
}

const codeFor = (current: Webhook | undefined) => (current ? 'conflict' : 'unprocessable');
