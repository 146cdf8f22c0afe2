/** An environment with the required keys and nothing else. */
export const NEEDED_SETTINGS = {
  HUKZ_DATABASE_HOST: 'db',
  HUKZ_DATABASE_USER: 'u',
  HUKZ_DATABASE_PASSWORD: 'sesame',
  HUKZ_DATABASE_NAME: 'n',
  HUKZ_NATS_URL: 'nats://one:4222',
  HUKZ_QUEUE_GROUP: 'workers',
} as const;
