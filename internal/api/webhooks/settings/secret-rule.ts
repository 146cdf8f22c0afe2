import { schemeNames, schemeOf } from '../../../domain/signature/schemes.js';

const FORMS = [...new Set(schemeNames.map((name) => schemeOf(name).secretPattern))];

/**
 * The form of a body's `secret` depends on its `signature`. These are keywords of a JSON schema; `signing-secret.ts`
 * validates.
 * @param whenUnsaid the scheme of a body without a signature; undefined if such a body cannot have a secret
 */
export function secretRule(whenAbsent: 'standard' | undefined) {
  const signedBy = FORMS.map((pattern) => {
    const names = schemeNames.filter((name) => schemeOf(name).secretPattern === pattern);
    const signature = { type: 'object', properties: { scheme: { enum: names } } };
    return { required: ['signature'], properties: { secret: { pattern }, signature } };
  });
  const absent = whenAbsent && {
    properties: { secret: { pattern: schemeOf(whenAbsent).secretPattern }, signature: { type: 'null' } },
  };
  return { anyOf: [{ properties: { secret: false } }, ...signedBy, ...(absent ? [absent] : [])] };
}

/**
 * The widest form, for bodies that do not name the scheme of the stored webhook. The secrets of all schemes match it.
 */
export const ANY_SECRET = schemeOf('github').secretPattern;
