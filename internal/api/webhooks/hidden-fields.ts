import type { Webhook } from '../../domain/matching/webhook.js';
import { hiddenHeader, secretHeaders, withSecretValues } from '../../domain/secrets/hidden-headers.js';
import { HIDDEN_PART, isHidden, shownUrl } from '../../domain/secrets/hidden-url.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';

interface GivenFields {
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * A body with `***` replaced by the stored values that it hides.
 * @throws {AppError} `unprocessable` for a new webhook, `conflict` for one without such a value
 */
export function withHiddenParts<B extends GivenFields>(body: B, current?: Webhook): B {
  return { ...body, ...urlMeant(body, current), ...headersMeant(body, current) };
}

/** Names of secret headers whose values a change keeps, because it does not give them. */
export function keptHeaders({ headers }: GivenFields, current: Webhook): readonly string[] {
  const secret = Object.keys(secretHeaders(headers ?? current.settings.headers ?? {}));
  if (headers === null) return [];
  return headers === undefined ? secret : secret.filter((name) => headers[name] === HIDDEN_PART);
}

function urlMeant({ url }: GivenFields, current: Webhook | undefined): { readonly url?: string } {
  if (!url) return {};
  if (current && url === shownUrl(current.url)) return { url: current.url };
  if (!isHidden(url)) return {};
  throw new AppError(
    codeFor(current),
    `url: ${HIDDEN_PART} stands for a part that is not shown; give the whole URL`,
    'url',
  );
}

function headersMeant({ headers }: GivenFields, current: Webhook | undefined): GivenFields {
  if (!headers) return {};
  const meant = withSecretValues(headers, current?.settings.headers ?? {});
  const hidden = hiddenHeader(meant);
  if (hidden === undefined) return { headers: meant };
  const message = `headers: ${HIDDEN_PART} stands for a value of ${echo(hidden)} that is not shown; give the value`;
  throw new AppError(codeFor(current), message, 'headers');
}

const codeFor = (current: Webhook | undefined) => (current ? 'conflict' : 'unprocessable');
