import { z } from 'zod';
import { parseEgressProxy } from '../../../domain/egress/egress-proxy.js';
import type { ProxySettings } from '../../../domain/matching/webhook-settings.js';
import { isStorable, UNSTORABLE } from '../../../domain/text/storable.js';
import { boundedText } from '../../bodies/bounds.js';
import { documented } from '../../operator-limits.js';
import { PLACE_PATTERN } from '../receiver-url.js';

const MAX_LENGTH = 2048;
/** Replaces credentials that are not shown. If the value is sent back, the stored credentials stay. */
const HIDDEN = '***';

/**
 * User and password. The pattern describes only escapes of ASCII, because other escapes have to be decoded to be
 * validated.
 */
const LOGIN = "(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[2-7][0-9A-Fa-f])*@)?";

const NONE_ALLOWED = { not: {}, pattern: undefined, example: undefined };

export interface ProxyInput {
  readonly settings: ProxySettings;
  /** The value of `proxy-authorization`. Undefined means the stored one, if the URL has credentials. */
  readonly login: string | undefined;
}

/** `http://user:password@proxy:3128`, or `none` for direct connections even if an `EGRESS_PROXY` is configured. */
export const proxyField = boundedText(MAX_LENGTH)
  .refine(isStorable, UNSTORABLE)
  .transform((text, context): ProxyInput => {
    if (text === 'none') return { settings: 'none', login: undefined };
    const read = parseEgressProxy(text);
    if (read.ok && !/[\s\p{Cc}\\]/u.test(text)) {
      const { authorization, ...place } = read.value;
      if (!authorization) return { settings: place, login: undefined };
      const isHidden = new URL(text).username === HIDDEN && new URL(text).password === '';
      return { settings: { ...place, login: true }, login: isHidden ? undefined : authorization };
    }
    const message = read.ok ? 'may not contain spaces, control characters or backslashes' : `${read.problem}, or none`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({
    type: 'string',
    maxLength: MAX_LENGTH,
    pattern: `^(?:none|[Hh][Tt][Tt][Pp]://${LOGIN}${PLACE_PATTERN}/?)$`,
    description: `The HTTP proxy of the requests, or none. Requires WEBHOOK_PROXIES. User and password are returned as ${HIDDEN}.`,
    example: 'http://user:password@proxy.example.com:3128',
  })
  .register(documented, { under: ({ webhookProxies }) => (webhookProxies ? {} : NONE_ALLOWED) });

export const proxyAnswer = z.string();

export function proxyJson(proxy: ProxySettings): string {
  if (proxy === 'none') return proxy;
  return `http://${proxy.login ? `${HIDDEN}@` : ''}${proxyPlace(proxy)}`;
}

/** Host and port in the notation of a URL. */
export const proxyPlace = ({ host, port }: Exclude<ProxySettings, 'none'>): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
