import { audiences, claimName, duration, jwksUrl, optionalText } from '../formats.js';
import { key } from '../key.js';

/** JWTs of an identity provider, by which callers of the API say who they are. */
export const jwtKeys = {
  jwksUrl: key('AUTH_JWKS_URL', '', {
    doc: 'URL of the public keys (JWKS) of an identity provider, whose JWTs are then accepted like tokens. Requires AUTH with token, AUTH_ISSUER and AUTH_AUDIENCE. EGRESS_ALLOW_CIDRS has to allow its address if that is not public. Empty: no JWTs.',
    format: jwksUrl,
  }),
  issuer: key('AUTH_ISSUER', '', {
    doc: 'Issuer of the JWTs, exactly as their claim "iss" has it.',
    format: optionalText,
  }),
  audiences: key('AUTH_AUDIENCE', '', {
    doc: 'Audiences, comma-separated, of which the claim "aud" of a JWT has to name one. Use a name that belongs to hukz alone, so that JWTs for other services of the same issuer are refused.',
    format: audiences,
  }),
  skewMs: key('AUTH_CLOCK_SKEW', '30s', {
    doc: 'How far the clock of the issuer may differ when the times of a JWT are judged.',
    format: duration({ min: 0, max: 300_000 }),
  }),
  claims: {
    role: key('AUTH_ROLE_CLAIM', 'hukz_role', {
      doc: 'Claim of a JWT that names its role: admin, operator, space_admin, space_writer, space_reader or publisher. A JWT without it is refused.',
      format: claimName,
    }),
    spaces: key('AUTH_SPACES_CLAIM', 'hukz_spaces', {
      doc: 'Claim of a JWT that lists its spaces, as numbers or key:<key>. Roles of a space need it.',
      format: claimName,
    }),
    events: key('AUTH_EVENTS_CLAIM', 'hukz_events', {
      doc: 'Claim of a JWT that lists the subjects to which it may publish, with wildcards. Without the claim, it may publish to all.',
      format: claimName,
    }),
    user: key('AUTH_USER_CLAIM', 'hukz_user', {
      doc: 'Claim of a JWT with the number of the user as whose changes its changes are recorded. Without the claim, that is user 1.',
      format: claimName,
    }),
  },
};
