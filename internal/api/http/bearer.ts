import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether the value of an `Authorization` header contains the token. The duration of the check does not reveal how much
 * of a guess was right.
 */
export type ShowsToken = (authorization: string | undefined) => boolean;

/** Without a configured token, no header passes the check. */
export function makeTokenCheck(token: string | undefined): ShowsToken {
  if (token === undefined) return () => false;
  const wanted = digest(token);
  return (authorization) => {
    const [, input] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return input !== undefined && timingSafeEqual(digest(input), wanted);
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
