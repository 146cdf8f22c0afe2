import type { Env } from './env.js';
import type { WebhookFields } from './fields.js';

type Auth = NonNullable<WebhookFields['auth']>;
type Text = string | Env;

/** Client credentials of OAuth 2, with the URL of the tokens or with the issuer that names it. */
export interface OAuthCredentials {
  readonly token_url?: Text;
  readonly issuer?: Text;
  readonly client_id: Text;
  readonly client_secret: Text;
  readonly scope?: Text;
  readonly audience?: Text;
  readonly client_auth?: 'client_secret_basic' | 'client_secret_post';
}

/** The receiver wants `Authorization: Bearer <token>`. */
export const bearer = (token: Text): Auth => ({ type: 'bearer', token });

/** The receiver wants a user and a password. */
export const basic = (username: Text, password: Text): Auth => ({ type: 'basic', username, password });

/** The receiver wants a secret in a header of its own. */
export const apiKey = (header: Text, value: Text): Auth => ({ type: 'api_key', header, value });

/** The receiver wants an access token, which hukz fetches. */
export const oauth = (credentials: OAuthCredentials): Auth => ({ ...credentials, type: 'oauth2' });
