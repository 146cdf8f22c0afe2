import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether the value of an `Authorization` header shows the token. The time that it takes does not tell how much of a
 * guess was right.
 */
export type ShowsToken = (authorization: string | undefined) => boolean;

/** Without a token, nothing shows it. */
export function makeTokenCheck(token: string | undefined): ShowsToken {
  if (token === undefined) return () => false;
  const wanted = digest(token);
  return (authorization) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return given !== undefined && timingSafeEqual(digest(given), wanted);
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
