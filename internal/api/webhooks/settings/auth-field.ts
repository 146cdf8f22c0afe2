import { z } from 'zod';
import { SECRET_PART } from '../../../domain/credentials/credential-secret.js';
import type { CredentialSettings } from '../../../domain/matching/webhook-settings.js';
import { shownUrl } from '../../../domain/secrets/hidden-url.js';
import { isStorable, UNSTORABLE } from '../../../domain/text/storable.js';
import { boundedText } from '../../bodies/bounds.js';
import { ignoredField } from '../../bodies/read-only-fields.js';
import { receiverUrl, urlPattern } from '../receiver-url.js';
import { headerName, headerValue } from './header-fields.js';

const MAX_LENGTH = 4096;
/** RFC 6749: the characters of client ids, client secrets and the words of a scope. */
const VISIBLE = /^[\x20-\x7e]+$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

const secretPart = (what: string, example: string) => ({
  description: `${what} Never returned. If it is absent in a change, the stored one is kept.`,
  example,
});
/** All characters except control characters and the given ones. */
const typedBut = (others = '') => String.raw`^[^${others}\u0000-\u001f\u007f-\u009f]*$`;
const typed = boundedText(1024)
  .regex(new RegExp(typedBut()), 'may not contain control characters')
  .refine(isStorable, UNSTORABLE);
const visible = boundedText(MAX_LENGTH).min(1).regex(VISIBLE, 'is visible ASCII');
const serverUrl = receiverUrl.min(1).refine((url) => !url.includes('#'), 'has no fragment');

/** A field of the answer, ignored in requests because `auth` may be sent back as it was read. */
const hint = ignoredField;

const basic = z.strictObject({
  type: z.literal('basic').meta({ description: 'User and password.', example: 'basic' }),
  username: typed
    .min(1)
    .refine((name) => !name.includes(':'), 'may not contain a colon')
    .meta({ pattern: typedBut(':'), description: 'The user name, without a colon.', example: 'hukz' }),
  password: typed.optional().meta(secretPart('The password.', 'correct horse')),
  hint,
});
const bearer = z.strictObject({
  type: z.literal('bearer').meta({ description: 'A fixed token.', example: 'bearer' }),
  token: headerValue
    .refine((token) => !token.includes(' '), 'may not contain spaces')
    .optional()
    .meta({ pattern: '^[!-~]+$', ...secretPart('The token, sent as `Authorization: Bearer …`.', 'a1b2c3d4e5f6') }),
  hint,
});
const apiKey = z.strictObject({
  type: z.literal('api_key').meta({ description: 'A key in a header.', example: 'api_key' }),
  header: headerName.meta({ description: 'The name of the header that carries the key.', example: 'x-api-key' }),
  value: headerValue.optional().meta(secretPart('The key.', 'a1b2c3d4e5f6')),
  hint,
});
const oauth2 = z
  .strictObject({
    type: z.literal('oauth2').meta({ description: 'OAuth 2.0 client credentials.', example: 'oauth2' }),
    token_url: serverUrl.optional().meta({
      pattern: urlPattern('?'),
      description:
        'The token endpoint. Either `token_url` or `issuer` is required. A secret in its query is shown as ***, and *** sent back keeps it.',
      example: 'https://login.example.com/oauth2/token',
    }),
    issuer: serverUrl
      .refine((url) => !url.includes('?'), 'has no query')
      .optional()
      .meta({
        pattern: urlPattern(''),
        description: 'The issuer, whose metadata names the token endpoint.',
        example: 'https://login.example.com',
      }),
    client_id: visible.meta({ description: 'The client id.', example: 'hukz' }),
    client_secret: visible.optional().meta(secretPart('The client secret.', 'a1b2c3d4e5f6')),
    scope: boundedText(MAX_LENGTH)
      .regex(SCOPE, 'must be words separated by single spaces')
      .optional()
      .meta({ description: 'The requested scopes, separated by single spaces.', example: 'events:write' }),
    audience: visible.optional().meta({ description: 'The requested audience.', example: 'https://api.example.com' }),
    client_auth: z.enum(['client_secret_basic', 'client_secret_post']).optional().meta({
      description: 'Place of the client secret: a header or the body. Default: a header.',
      example: 'client_secret_post',
    }),
    hint,
  })
  .refine(({ token_url, issuer }) => (token_url === undefined) !== (issuer === undefined), {
    message: 'either token_url or issuer is required',
  })
  .meta({
    allOf: [
      {
        anyOf: [
          { required: ['token_url'], properties: { issuer: false } },
          { required: ['issuer'], properties: { token_url: false } },
        ],
      },
    ],
  });

export interface CredentialsInput {
  readonly settings: CredentialSettings;
  /** Undefined means the stored secret. */
  readonly secret: string | undefined;
}

/** The credentials with which a receiver authenticates requests. */
export const authField = z
  .discriminatedUnion('type', [basic, bearer, apiKey, oauth2], 'must be basic, bearer, api_key or oauth2')
  .transform((input): CredentialsInput => {
    switch (input.type) {
      case 'basic':
        return { settings: { type: 'basic', username: input.username }, secret: input.password };
      case 'bearer':
        return { settings: { type: 'bearer' }, secret: input.token };
      case 'api_key':
        return { settings: { type: 'api_key', header: input.header }, secret: input.value };
      case 'oauth2':
        return { settings: oauth2Settings(input), secret: input.client_secret };
      default:
        return input satisfies never;
    }
  })
  .meta({
    description: 'Credentials that are sent to the receiver: basic, bearer, api_key or oauth2.',
    example: { type: 'bearer', token: 'a1b2c3d4e5f6' },
  });

/** The same field for a new webhook, which needs the secret. */
export const newAuthField = authField.meta({
  allOf: [
    {
      anyOf: Object.entries(SECRET_PART).map(([type, part]) => ({
        required: [part],
        properties: { type: { const: type } },
      })),
    },
  ],
});

function oauth2Settings(input: z.output<typeof oauth2>): CredentialSettings {
  const { client_id: clientId, token_url: tokenUrl, issuer, scope, audience, client_auth } = input;
  return {
    type: 'oauth2',
    clientId,
    ...(tokenUrl !== undefined && { tokenUrl }),
    ...(issuer !== undefined && { issuer }),
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(client_auth === 'client_secret_post' && { clientAuth: client_auth }),
  };
}

export const authAnswer = z.object({
  type: z.string().meta({ enum: Object.keys(SECRET_PART) }),
  username: z.string().optional(),
  header: z.string().optional(),
  token_url: z.string().optional(),
  issuer: z.string().optional(),
  client_id: z.string().optional(),
  scope: z.string().optional(),
  audience: z.string().optional(),
  client_auth: z.string().optional(),
  hint: z.string().describe('The end of the secret: at most four characters, and at most a quarter of it.'),
});

export function authJson(auth: CredentialSettings, hint: string): z.input<typeof authAnswer> {
  if (auth.type !== 'oauth2') return { ...auth, hint };
  return {
    type: auth.type,
    token_url: auth.tokenUrl === undefined ? undefined : shownUrl(auth.tokenUrl),
    issuer: auth.issuer,
    client_id: auth.clientId,
    scope: auth.scope,
    audience: auth.audience,
    client_auth: auth.clientAuth ?? 'client_secret_basic',
    hint,
  };
}
