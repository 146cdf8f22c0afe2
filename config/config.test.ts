import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NEEDED_SETTINGS as needed } from '../internal/testkit/kits/needed-settings.js';
import { ConfigError } from './config-error.js';
import { configurationPage } from './configuration-page.js';
import { describeConfig } from './describe.js';
import {
  configWarnings,
  findLogFormat,
  loadConfig,
  loadDatabaseConfig,
  loadKeysConfig,
  loadNatsConfig,
  renamedKeys,
} from './load.js';
import type { Environment } from './read-environment.js';
import { configSample } from './sample.js';
import { keyNames, keys } from './schema.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hukz-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const load = (env: Environment = {}) => loadConfig({ cwd, env: { ...needed, ...env } });

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('where values come from', () => {
  it('needs no file: the environment is enough, and the rest are defaults', () => {
    const config = load();
    expect(config).toMatchObject({
      mode: 'production',
      host: '0.0.0.0',
      port: 8000,
      metrics: { host: '0.0.0.0', port: 8001 },
      database: { host: 'db', port: 5432, sslMode: 'disable', apiPool: 10, journalPool: 6 },
      queueGroup: 'workers',
      intake: { source: 'core', maxMessages: 50_000, maxBytes: 64 * 1024 * 1024, storeUnmatched: true },
      request: { timeoutMs: 15_000, lookupTimeoutMs: 3000, connectTimeoutMs: 5000 },
      egress: {
        development: false,
        allowRanges: [],
        denyRanges: [],
        denyHosts: [],
        forbiddenHeaders: [],
        httpsOnly: false,
        insecureTls: true,
      },
      dispatch: { maxInFlight: 512, maxInFlightPerWebhook: 32, maxResident: 20_000, maxRetryShare: 0.5 },
      instanceTimeoutMs: 30_000,
      shutdownGraceMs: 25_000,
      log: { level: 'info', format: 'json' },
    });
    expect(config.instanceName).toBeUndefined();
    expect(config.retry.scheduleMs.slice(0, 3)).toEqual([5000, 300_000, 1_800_000]);
    expect(config.retry).toMatchObject({ jitter: 0.2, localFaultDelayMs: 5000 });
  });

  it.each([
    ['config.yml', 'PORT: 9000\nqueue_group: from-file\nRETRY_SCHEDULE: [1s, 2m]\n'],
    ['config.json', '{"PORT": 9000, "queue_group": "from-file", "RETRY_SCHEDULE": ["1s", "2m"]}'],
    ['config.env', 'PORT=9000\nqueue_group=from-file\nRETRY_SCHEDULE="1s,2m"\n'],
  ])('reads %s, its keys without regard to case, and the environment goes before it', (name, text) => {
    write(name, text);
    const config = load({ HUKZ_PORT: '9500', HUKZ_QUEUE_GROUP: undefined });
    expect([config.port, config.queueGroup, config.retry.scheduleMs]).toEqual([9500, 'from-file', [1000, 120_000]]);
  });

  it.each([
    ['config.yml', ''],
    ['config.yml', '# nothing yet\n'],
    ['config.env', ''],
  ])('takes an empty %s for none', (name, text) => {
    write(name, text);
    expect(load().port).toBe(8000);
  });

  it('takes passwords from a file as they are written', () => {
    write('config.yml', 'DATABASE_PASSWORD: 0123\n');
    expect(load({ HUKZ_DATABASE_PASSWORD: undefined }).database.password).toBe('0123');
  });

  it('takes each secret from a file that its key with _FILE names, without the line end that editors write', () => {
    write('password', 'ses ame \n');
    write('token', 's3cret');
    const config = loadConfig({
      cwd,
      env: {
        ...needed,
        HUKZ_DATABASE_PASSWORD: undefined,
        HUKZ_DATABASE_PASSWORD_FILE: join(cwd, 'password'),
        HUKZ_NATS_TOKEN_FILE: join(cwd, 'token'),
        HUKZ_NATS_USER_PASSWORD_FILE: '',
      },
    });
    expect(config.database.password).toBe('ses ame ');
    expect(config.nats).toMatchObject({ token: 's3cret' });
    const secrets = keys.filter(({ value }) => value.sensitive).map(({ name }) => name);
    expect(secrets).toEqual(expect.arrayContaining(['NATS_URL', 'ENCRYPTION_KEYS', 'EGRESS_PROXY']));
    const given = Object.fromEntries(secrets.map((key) => [`HUKZ_${key}_FILE`, join(cwd, 'nowhere')]));
    const problems = problemsOf(() => loadConfig({ cwd, env: given }));
    expect(problems).toEqual(
      expect.arrayContaining(secrets.map((key) => `HUKZ_${key}_FILE: the file cannot be read (ENOENT)`)),
    );
  });

  it('takes each secret from a command that its key with _COMMAND names, and runs only those that it uses', () => {
    const keys = `new:${Buffer.alloc(32, 1).toString('base64')}\nold:${Buffer.alloc(32, 2).toString('base64')}\n`;
    write('keys', keys);
    write('config.yml', 'NATS_TOKEN: of the file\n');
    const env = {
      ...needed,
      PATH: process.env.PATH,
      HUKZ_DATABASE_PASSWORD: undefined,
      HUKZ_DATABASE_PASSWORD_COMMAND: `printf 'ses ame \\n'`,
      HUKZ_ENCRYPTION_KEYS_COMMAND: `cat '${join(cwd, 'keys')}'`,
      HUKZ_NATS_TOKEN_COMMAND: `sh -c 'printf s3cret; echo >> ${join(cwd, 'runs')}'`,
      HUKZ_NATS_USER_PASSWORD_COMMAND: '',
    };
    const config = loadConfig({ cwd, env });
    expect(config.database.password).toBe('ses ame ');
    expect(config.encryptionKeys.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(config.nats).toMatchObject({ token: 's3cret' });
    expect(loadKeysConfig({ cwd, env }).encryptionKeys).toHaveLength(2);
    expect(renamedKeys({ cwd, env })).toEqual([]);
    configWarnings({ cwd, env });
    expect(readFileSync(join(cwd, 'runs'), 'utf8')).toBe('\n');
    const failing = { ...env, HUKZ_DATABASE_PASSWORD_COMMAND: 'false' };
    expect(loadNatsConfig({ cwd, env: failing })).toMatchObject({ token: 's3cret' });
    expect(problemsOf(() => loadConfig({ cwd, env: failing }))).toEqual([
      'HUKZ_DATABASE_PASSWORD_COMMAND: the command ends with the exit code 1',
    ]);
  });

  it('refuses a command that is given twice, that a file names, or that prints no key, without showing anything', () => {
    write('config.yml', 'NATS_TOKEN_COMMAND: geheim\n');
    const env = {
      PATH: process.env.PATH,
      HUKZ_DATABASE_PASSWORD_COMMAND: 'geheim',
      HUKZ_ENCRYPTION_KEYS_COMMAND: 'printf geheim',
    };
    expect(problemsOf(() => load(env))).toEqual([
      'NATS_TOKEN_COMMAND (in config.yml) is read from the environment only, because it names a program to run',
      'DATABASE_PASSWORD is given twice, as HUKZ_DATABASE_PASSWORD and as HUKZ_DATABASE_PASSWORD_COMMAND: keep one of them',
      'HUKZ_ENCRYPTION_KEYS_COMMAND: key 1 has no name: write name:key, with a name of A-Z, a-z, 0-9, _ and -',
    ]);
  });

  it('refuses a secret that is given twice, and a file that cannot be one, without showing what was given', () => {
    write('config.yml', 'NATS_TOKEN: geheim\nNATS_TOKEN_FILE: geheim\n');
    write('large', 'x'.repeat(70_000));
    const env = {
      HUKZ_DATABASE_PASSWORD_FILE: 'geheim',
      HUKZ_ENCRYPTION_KEYS_FILE: '/dev/zero',
      HUKZ_NATS_USER_PASSWORD_FILE: join(cwd, 'large'),
      HUKZ_MAX_RESIDENT_FILE: 'geheim',
    };
    expect(problemsOf(() => load(env))).toEqual([
      'NATS_TOKEN is given twice, as NATS_TOKEN (in config.yml) and as NATS_TOKEN_FILE (in config.yml): keep one of them',
      'DATABASE_PASSWORD is given twice, as HUKZ_DATABASE_PASSWORD and as HUKZ_DATABASE_PASSWORD_FILE: keep one of them',
      'HUKZ_ENCRYPTION_KEYS_FILE: must be the path of a file',
      'HUKZ_NATS_USER_PASSWORD_FILE: the file is larger than 64 KiB, which no secret is',
      expect.stringMatching(/^unknown config param HUKZ_MAX_RESIDENT_FILE/),
    ]);
  });

  it('takes an empty value for none, but an empty password or schedule for one', () => {
    const config = load({ HUKZ_PORT: '', HUKZ_NATS_TOKEN: '', HUKZ_DATABASE_PASSWORD: '', HUKZ_RETRY_SCHEDULE: '' });
    expect([config.port, config.nats.token, config.database.password]).toEqual([8000, undefined, '']);
    expect(config.retry.scheduleMs).toEqual([]);
  });

  it('takes a key under the name that it had in earlier versions, and says which one it is now', () => {
    write('config.yml', 'results: on\n');
    const sources = { cwd, env: { ...needed, HUKZ_MAX_HELD: '7', HUKZ_MAX_RESIDENT_BYTES: '2MiB' } };
    const { dispatch, deliveryEvents } = loadConfig(sources);
    expect([dispatch.maxResident, dispatch.maxResidentBytes, deliveryEvents]).toEqual([7, 2 * 1024 * 1024, true]);
    expect(renamedKeys(sources)).toEqual([
      { given: 'HUKZ_MAX_HELD', now: 'MAX_RESIDENT' },
      { given: 'results (in config.yml)', now: 'DELIVERY_EVENTS' },
    ]);
    expect(renamedKeys({ cwd, env: { ...needed, HUKZ_MAX_RESIDENT: '7' } })).toHaveLength(1);
    expect(problemsOf(() => load({ HUKZ_MAX_HELD: '7', HUKZ_MAX_RESIDENT: '8' }))).toEqual([
      'MAX_RESIDENT is given twice, as HUKZ_MAX_HELD and as HUKZ_MAX_RESIDENT: keep one of them',
    ]);
  });

  it('takes a number of workers, or one a core', () => {
    expect([load(), load({ HUKZ_WORKERS: '4' }), load({ HUKZ_WORKERS: 'Auto' })]).toMatchObject([
      { workers: 1 },
      { workers: 4 },
      { workers: 'auto' },
    ]);
  });

  it('reads which hosts are answered and how many requests, and knows off and *', () => {
    const logins = { user: true, token: false };
    expect(load().api).toEqual({ logins, hosts: [], rate: { count: 60_000, perMs: 60_000 } });
    expect(load({ HUKZ_API_RATE: 'off', HUKZ_API_HOSTS: '*' }).api).toEqual({ logins, hosts: ['*'] });
    expect(load({ HUKZ_AUTH: 'x-user, token' }).api.logins).toEqual({ user: true, token: true });
    expect(load({ HUKZ_AUTH: 'token' }).api.logins).toEqual({ user: false, token: true });
    expect(() => load({ HUKZ_AUTH: 'jwt' })).toThrow('HUKZ_AUTH');
    expect(load().compat).toEqual({ modes: [] });
    expect(load({ HUKZ_COMPAT: ' webhooks-rs, ', HUKZ_COMPAT_USER: '7' }).compat).toEqual({
      modes: ['webhooks-rs'],
      userId: 7,
    });
    const hosts = 'Hukz.Example.com., 10.0.0.7,[fd12::7]';
    expect(load({ HUKZ_API_HOSTS: hosts }).api.hosts).toEqual(['hukz.example.com', '10.0.0.7', 'fd12::7']);
  });

  it('refuses half of a login by JWTs, and keys that others could change on their way', () => {
    const jwt = {
      HUKZ_AUTH: 'token',
      HUKZ_AUTH_JWKS_URL: 'https://id.example/keys',
      HUKZ_AUTH_ISSUER: 'https://id.example/',
      HUKZ_AUTH_AUDIENCE: 'hukz, hukz-staging',
    };
    expect(load(jwt).jwt).toMatchObject({ audiences: ['hukz', 'hukz-staging'], skewMs: 30_000 });
    expect(() => load({ ...jwt, HUKZ_AUTH_AUDIENCE: '' })).toThrow(/given without AUTH_AUDIENCE: JWTs need all three/);
    expect(() => load({ ...jwt, HUKZ_AUTH_ISSUER: '' })).toThrow(/given without AUTH_ISSUER/);
    expect(() => load({ ...jwt, HUKZ_AUTH: 'x-user' })).toThrow(/add token to AUTH/);
    const production = { ...jwt, HUKZ_MODE: 'production' };
    const remote = { ...production, HUKZ_AUTH_JWKS_URL: 'http://id.example/keys' };
    expect(() => load(remote)).toThrow(/must begin with https:/);
    expect(load({ ...production, HUKZ_AUTH_JWKS_URL: 'http://127.0.0.1:9/keys' }).jwt.jwksUrl).toBeDefined();
    expect(() => load({ ...jwt, HUKZ_AUTH_JWKS_URL: 'id.example/keys' })).toThrow(/must be a URL/);
    expect(() => load({ ...jwt, HUKZ_AUTH_ROLE_CLAIM: 'sub' })).toThrow(/may not be sub/);
  });

  it('serves metrics on the address of the API by default', () => {
    expect(load({ HUKZ_HOST: '10.0.0.7' }).metrics.host).toBe('10.0.0.7');
    const settings = { HUKZ_METRICS_HOST: '127.0.0.1', HUKZ_METRICS_TOKEN: 'a-token-of-metrics' };
    expect(load(settings)).toMatchObject({
      host: '0.0.0.0',
      metrics: { host: '127.0.0.1', port: 8001, token: 'a-token-of-metrics' },
    });
    expect(load()).not.toHaveProperty('metrics.token');
  });

  it('logs readably in development by default', () => {
    expect(load({ HUKZ_MODE: 'development' }).log.format).toBe('pretty');
    expect(load({ HUKZ_MODE: 'development', HUKZ_LOG_FORMAT: 'json' }).log.format).toBe('json');
  });

  it('leaves alone what Kubernetes says about a service called hukz', () => {
    const links = {
      HUKZ_PORT: 'tcp://10.0.0.1:8000',
      HUKZ_SERVICE_HOST: '10.0.0.1',
      HUKZ_SERVICE_PORT_HTTP: '8000',
      HUKZ_PORT_8000_TCP_ADDR: '10.0.0.1',
    };
    expect(load(links).port).toBe(8000);
  });

  it('leaves alone the variables of clients, which may run beside it', () => {
    const ofClients = {
      HUKZ_URL: 'http://127.0.0.1:1',
      HUKZ_TOKEN: 't',
      HUKZ_USER: '1',
      HUKZ_SPACE: '2',
      HUKZ_CONTEXT: 'c',
    };
    expect(load(ofClients)).toEqual(load({}));
    expect(configWarnings({ env: { ...needed, ...ofClients } })).toEqual([]);
    expect(configWarnings({ env: { ...needed, HUKZ_TOKENS: 't' } })).toEqual([expect.stringContaining('HUKZ_TOKENS')]);
  });
});

describe('what is refused', () => {
  it('names all missing keys at once', () => {
    const missing = ['DATABASE_HOST', 'DATABASE_USER', 'DATABASE_PASSWORD', 'DATABASE_NAME', 'NATS_URL', 'QUEUE_GROUP'];
    expect(problemsOf(() => loadConfig({ cwd, env: {} }))).toEqual([
      ...missing.map((key) => `please provide ${key} config param`),
      `a config param is given as HUKZ_DATABASE_HOST in the environment, or as DATABASE_HOST in config.yml, config.json or config.env in ${cwd}`,
    ]);
    expect(problemsOf(() => loadNatsConfig({ env: {} }))).toEqual([
      'please provide NATS_URL config param',
      'a config param is given as HUKZ_NATS_URL in the environment',
    ]);
  });

  it('names unknown keys and the known one that is meant', () => {
    write('config.yml', 'DATABSE_HOST: db\nbanana: 1\nPORT: 1\nHOST: a\nLOG_LEVEL: info\n');
    const env = { HUKZ_REQUEST_TIME_OUT: '1s', HUKZ_SECRET: 'whsec_x', OTHER: 'x' };
    expect(problemsOf(() => load(env))).toEqual([
      'unknown config param DATABSE_HOST (in config.yml); did you mean DATABASE_HOST (in config.yml)?',
      'unknown config param banana (in config.yml): docs/configuration.md lists all keys',
      'unknown config param HUKZ_REQUEST_TIME_OUT; did you mean HUKZ_REQUEST_TIMEOUT?',
    ]);
    expect(configWarnings({ cwd, env: { ...needed, ...env } })).toEqual([
      'unknown config param HUKZ_SECRET: docs/configuration.md lists all keys',
    ]);
  });

  it.each([
    ['PORT', '80a', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['MAX_RESIDENT', '0', 'must be a whole number from 1 to 1000000'],
    ['MAX_RESIDENT', '-1', 'must be a whole number from 1 to 1000000'],
    ['REQUEST_TIMEOUT', '15', 'must be a duration such as 500ms, 5s, 5m, 2h or 1d from 1ms to 24d'],
    ['INSTANCE_TIMEOUT', '10ms', 'must be a duration such as 500ms, 5s, 5m, 2h or 1d from 1s to 24d'],
    ['RETRY_SCHEDULE', '5s,x', '"x" is not a duration such as 500ms, 5s, 5m, 2h or 1d'],
    ['RETRY_JITTER', '1.5', 'must be a number from 0 to 1'],
    ['RETRY_JITTER', '-0.5', 'must be a number from 0 to 1'],
    ['INTAKE_MAX_BYTES', 'lots', 'must be a size such as 64KiB or 64MiB, at least 1KiB'],
    ['STORE_UNMATCHED', 'yes', 'must be true or false'],
    ['WORKERS', '0', 'must be a whole number from 1 to 256, or auto'],
    ['WORKERS', 'many', 'must be a whole number from 1 to 256, or auto'],
    ['QUEUE_GROUP', 'a b', 'a queue group may not contain white space or control characters'],
    ['INTAKE', 'stream', 'must be core or jetstream'],
    ['EGRESS_ALLOW_CIDRS', '10.0.0.0/8,ten', '"ten" is not a range such as 10.0.0.0/8 or fd00::/8'],
    ['EGRESS_ALLOW_PORTS', '443,http', '"http" is not a port such as 443, nor ports such as 8000-8999'],
    ['EGRESS_DENY_CIDRS', '10.0.0.1/8', '"10.0.0.1/8" does not begin where its range begins'],
    ['FORBIDDEN_WEBHOOK_HEADERS', 'x y', '"x y" is not the name of a header, or a beginning such as x-forwarded-*'],
    ['EGRESS_DENY_HOSTS', '10.0.0.1', '"10.0.0.1" is an address: EGRESS_DENY_CIDRS denies addresses'],
    [
      'EGRESS_NAT64_PREFIXES',
      '64:ff9b::/95',
      '"64:ff9b::/95" is not a NAT64 prefix: an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits (RFC 6052)',
    ],
    ['API_RATE', '100', 'must be written as 100/second, 6000/minute or 100000/hour, or be off'],
    ['COMPAT', 'webhooks-rs,svix', 'may contain webhooks-rs, separated by commas'],
    ['COMPAT_USER', '0', 'must be a whole number, at least 1'],
    ['API_RATE', '0/second', 'must be written as 100/second, 6000/minute or 100000/hour, or be off'],
    [
      'API_HOSTS',
      'http://hukz',
      '"http://hukz" is not the name of a host such as hukz.example.com, without scheme and port, nor *',
    ],
    ['LOG_LEVEL', 'loud', 'must be error, warn, info or debug'],
  ])('says what is wrong with %s %s, which is named and shown as it was written', (key, text, problem) => {
    const told = `${problem}: value was ${JSON.stringify(text)}`;
    expect(problemsOf(() => load({ [`HUKZ_${key}`]: text }))).toEqual([`HUKZ_${key}: ${told}`]);
    write('config.json', JSON.stringify({ [key.toLowerCase()]: text }));
    expect(problemsOf(() => load({ [`HUKZ_${key}`]: undefined, HUKZ_QUEUE_GROUP: '' }))).toContain(
      `${key.toLowerCase()} (in config.json): ${told}`,
    );
  });

  it.each([
    'proxy:3128',
    'https://proxy:3128',
    'http://proxy:0',
    'http://u:sesame%@proxy',
    'http://proxy/path',
    'socks5://p:1',
  ])('says what a proxy looks like without showing what was given: %s', (text) => {
    const problems = problemsOf(() => load({ HUKZ_EGRESS_PROXY: text }));
    expect(problems).toEqual([
      'HUKZ_EGRESS_PROXY: must be an HTTP proxy such as http://user:password@proxy.example.com:3128',
    ]);
  });

  it('reads where requests may go', () => {
    const { egress } = load({
      HUKZ_MODE: 'development',
      HUKZ_EGRESS_ALLOW_CIDRS: '10.1.0.0/16, fd12::/16',
      HUKZ_EGRESS_ALLOW_PORTS: '443,8000-8999',
      HUKZ_HTTPS_ONLY: 'true',
      HUKZ_EGRESS_PROXY: 'http://us%40er:sesame@[::1]:3128',
    });
    expect(egress).toMatchObject({
      development: true,
      allowRanges: [{ text: '10.1.0.0/16' }, { text: 'fd12::/16' }],
      allowPorts: [
        { first: 443, last: 443 },
        { first: 8000, last: 8999 },
      ],
      httpsOnly: true,
      proxy: { host: '::1', port: 3128, authorization: `Basic ${Buffer.from('us@er:sesame').toString('base64')}` },
    });
  });

  it('refuses strict encryption without a key', () => {
    expect(problemsOf(() => load({ HUKZ_ENCRYPTION_STRICT: 'true' }))).toEqual([
      'HUKZ_ENCRYPTION_STRICT is on and ENCRYPTION_KEYS is empty: there is no key to encrypt secrets with',
    ]);
    const keys = { HUKZ_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}` };
    expect(load({ ...keys, HUKZ_ENCRYPTION_STRICT: 'true' }).encryptionStrict).toBe(true);
    expect(load(keys).encryptionStrict).toBe(false);
  });

  it('opens the usual ports in production, and all in development, unless some are named', () => {
    const portsOf = (env: object) => load({ ...env }).egress.allowPorts;
    expect(portsOf({})).toEqual([
      { first: 80, last: 80 },
      { first: 443, last: 443 },
      { first: 1024, last: 65_535 },
    ]);
    expect(portsOf({ HUKZ_MODE: 'development' })).toEqual([]);
    expect(portsOf({ HUKZ_EGRESS_ALLOW_PORTS: '1-65535' })).toEqual([{ first: 1, last: 65_535 }]);
  });

  it('reads where requests may not go', () => {
    const { egress } = load({
      HUKZ_EGRESS_DENY_CIDRS: '10.1.0.0/16',
      HUKZ_EGRESS_DENY_HOSTS: '*.internal.example',
      HUKZ_EGRESS_NAT64_PREFIXES: '2001:db8:64::/96',
      HUKZ_ALLOW_INSECURE_TLS: 'false',
      HUKZ_FORBIDDEN_WEBHOOK_HEADERS: 'X-User,x-forwarded-*',
    });
    expect(egress).toMatchObject({
      denyRanges: [{ text: '10.1.0.0/16' }],
      denyHosts: [{ text: '*.internal.example' }],
      nat64Prefixes: [{ text: '2001:db8:64::/96', length: 96 }],
      insecureTls: false,
      forbiddenHeaders: ['x-user', 'x-forwarded-*'],
    });
  });

  it('refuses files for TLS to PostgreSQL that would not be used, and a certificate without its key', () => {
    const cert = { HUKZ_DATABASE_SSL_CERT: '/c.pem' };
    const unused = 'HUKZ_DATABASE_SSL_CERT is given and DATABASE_SSL_MODE is disable: set it to verify-full';
    expect(problemsOf(() => load(cert))).toEqual([unused]);
    expect(problemsOf(() => loadDatabaseConfig({ cwd, env: { ...needed, ...cert } }))).toEqual([unused]);
    const mode = { HUKZ_DATABASE_SSL_MODE: 'verify-full' };
    expect(problemsOf(() => load({ ...cert, ...mode }))).toEqual([
      'HUKZ_DATABASE_SSL_CERT needs DATABASE_SSL_KEY: a certificate and its key go together',
    ]);
    const files = { ...cert, HUKZ_DATABASE_SSL_KEY: '/k.pem', HUKZ_DATABASE_SSL_ROOT_CERT: '/ca.pem' };
    expect(load({ ...files, ...mode }).database).toMatchObject({
      sslMode: 'verify-full',
      sslRootCert: '/ca.pem',
      sslCert: '/c.pem',
      sslKey: '/k.pem',
    });
  });

  it('refuses one port for two, unless any free one will do', () => {
    expect(problemsOf(() => load({ HUKZ_PORT: '8001' }))).toEqual([
      'HUKZ_PORT and METRICS_PORT are both 8001: each needs a port of its own',
    ]);
    expect(load({ HUKZ_PORT: '0', HUKZ_METRICS_PORT: '0' })).toMatchObject({ port: 0, metrics: { port: 0 } });
  });

  it('says all that is wrong in one go', () => {
    write('config.yml', 'PORT: x\nBANANA: 1\n');
    expect(problemsOf(() => load({ HUKZ_QUEUE_GROUP: undefined, HUKZ_MAX_RESIDENT: '0' }))).toHaveLength(5);
  });

  it.each([
    ['config.yml', 'PORT: 1\na: b: c', /^config\.yml cannot be read: .* in line 2$/],
    ['config.yml', '- a', 'config.yml must consist of keys and values'],
    ['config.yml', 'DATABASE:\n  HOST: x\n', 'DATABASE (in config.yml) must be one value or a list'],
    ['config.yml', 'PORT: 1\nport: 2\n', 'PORT (in config.yml) is given twice'],
    ['config.json', '{"DATABASE_PASSWORD": geheim}', 'config.json cannot be read: it is not valid JSON'],
    ['config.toml', 'PORT = 1\npassword = geheim', 'config.toml cannot be read: it is not valid TOML in line 2'],
  ])('refuses the %s %j, if a required key is not in the environment', (name, text, problem) => {
    write(name, text);
    const expected = typeof problem === 'string' ? problem : expect.stringMatching(problem);
    expect(problemsOf(() => load({ HUKZ_QUEUE_GROUP: undefined }))).toContainEqual(expected);
  });

  it('never shows a secret', () => {
    write('config.json', '{"DATABASE_PASSWORD": {"a": "geheim"}}');
    const env = { HUKZ_NATS_URL: 'ws://me:geheim@x', HUKZ_NATS_TOKEN: 'geheim', HUKZ_MAX_RESIDENT: 'x' };
    const problems = problemsOf(() => load(env)).join('\n');
    expect(problems).toContain('NATS_URL: must be addresses');
    expect(problems).not.toContain('geheim');
  });
});

describe('NATS', () => {
  const nats = (url: string, more: Environment = {}) => load({ HUKZ_NATS_URL: url, ...more }).nats;

  it('takes several servers, with and without scheme and port', () => {
    expect(nats('nats://a:4222, b:5222,c, nats://[::1]:4223').servers).toEqual([
      'nats://a:4222',
      'nats://b:5222',
      'nats://c:4222',
      'nats://[::1]:4223',
    ]);
  });

  it('takes login and token out of the URL, and keys go before them', () => {
    const inboxPrefix = '_INBOX';
    expect(nats('nats://me:p%40ss@a:4222')).toEqual({
      inboxPrefix,
      servers: ['nats://a:4222'],
      userName: 'me',
      userPassword: 'p@ss',
    });
    expect(nats('nats://t0ken@a')).toEqual({ inboxPrefix, servers: ['nats://a:4222'], token: 't0ken' });
    expect(nats('nats://me:x@a', { HUKZ_NATS_USER_PASSWORD: 'y' })).toMatchObject({
      userName: 'me',
      userPassword: 'y',
    });
  });

  it('turns TLS on by scheme or by file', () => {
    expect(nats('tls://a').tls).toEqual({ handshakeFirst: false });
    expect(nats('a', { HUKZ_NATS_TLS_CA_FILE: '/ca' }).tls).toEqual({ caFile: '/ca', handshakeFirst: false });
    expect(nats('a', { HUKZ_NATS_TLS_HANDSHAKE_FIRST: 'true' }).tls).toEqual({ handshakeFirst: true });
    expect(nats('a').tls).toBeUndefined();
  });

  it('refuses an inbox prefix that is no subject', () => {
    const problems = problemsOf(() => nats('a', { HUKZ_NATS_INBOX_PREFIX: 'a.*' }));
    expect(problems).toContainEqual(expect.stringMatching(/NATS_INBOX_PREFIX.*without wildcards/));
  });

  it('can be loaded alone', () => {
    expect(loadNatsConfig({ env: { HUKZ_NATS_URL: 'a' } })).toMatchObject({ servers: ['nats://a:4222'] });
    expect(problemsOf(() => loadNatsConfig({ env: {} }))).toContain('please provide NATS_URL config param');
  });
});

describe('a part of it', () => {
  it('is where PostgreSQL is, with how to log', () => {
    const { HUKZ_NATS_URL: _, HUKZ_QUEUE_GROUP: __, ...env } = needed;
    expect(loadDatabaseConfig({ env })).toMatchObject({
      database: { host: 'db', port: 5432 },
      log: { format: 'json' },
    });
    expect(problemsOf(() => loadDatabaseConfig({ env: { ...env, HUKZ_DATABASE_NAME: '' } }))).toEqual([
      'please provide DATABASE_NAME config param',
      'a config param is given as HUKZ_DATABASE_NAME in the environment',
    ]);
  });

  it('is how to log what is wrong with the rest', () => {
    expect(findLogFormat({ env: { HUKZ_PORT: 'x' } })).toBe('json');
    expect(findLogFormat({ env: { HUKZ_PORT: 'x', HUKZ_MODE: 'development' } })).toBe('pretty');
    expect(findLogFormat({ env: { HUKZ_MODE: 'development', HUKZ_LOG_FORMAT: 'json' } })).toBe('json');
  });
});

describe('what is shown', () => {
  it('says of secrets only whether they are set', () => {
    const shown = describeConfig(
      load({
        HUKZ_NATS_URL: 'nats://me:geheim@a',
        HUKZ_DATABASE_PASSWORD: 'sesame',
        HUKZ_EGRESS_PROXY: 'http://me:geheim@proxy:3128',
        HUKZ_EGRESS_ALLOW_CIDRS: '10.0.0.0/8',
        HUKZ_METRICS_TOKEN: 'geheim-geheim-geheim',
      }),
    );
    expect(shown).toMatchObject({
      port: 8000,
      database: { host: 'db', password: 'set' },
      nats: { servers: ['nats://a:4222'], user_password: 'set', token: 'unset' },
      queue_group: 'workers',
      metrics: { port: 8001, token: 'set' },
      egress: { allow_ranges: ['10.0.0.0/8'], proxy: { host: 'proxy', port: 3128, authorization: 'set' } },
    });
    expect(JSON.stringify(shown)).not.toMatch(/geheim|sesame|bWU6Z2VoZWlt/);
  });

  it('shows no value of a key that is sensitive, whichever it is', () => {
    const secrets = Object.fromEntries(
      keys.filter(({ value }) => value.sensitive).map(({ name }) => [`HUKZ_${name}`, 'geheim-geheim-geheim']),
    );
    const given = {
      ...secrets,
      HUKZ_NATS_URL: 'nats://geheim@a',
      HUKZ_EGRESS_PROXY: 'http://geheim:geheim@proxy:3128',
      HUKZ_ENCRYPTION_KEYS: `k:${Buffer.alloc(32, 'geheim').toString('base64')}`,
    };
    const shown = JSON.stringify(describeConfig(load(given)));
    expect(shown).not.toMatch(/geheim|Z2VoZWlt/);
    expect(shown.match(/"set"/g)).toHaveLength(Object.keys(secrets).length - 2);
  });

  it('is documented: config.yml and docs/configuration.md have each key with its default (npm run config-sample)', () => {
    expect(readFileSync('config.yml', 'utf8')).toBe(configSample());
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage());
    expect(new Set(keyNames).size).toBe(keys.length);
  });

  it.each(keys)('describes $name in whole sentences, at most 40 words', ({ doc, format }) => {
    expect(doc).toMatch(/^[A-Z].*\.$/);
    expect(doc.split(' ').length).toBeLessThanOrEqual(40);
    expect(format.unit).not.toBe('');
  });

  it('is usable unchanged: config.yml loads, and changing nothing means the defaults', () => {
    const { host, queueGroup, port } = {
      ...loadConfig({ cwd: '.', env: {} }),
      host: loadConfig({ cwd: '.', env: {} }).database.host,
    };
    expect([host, queueGroup, port]).toEqual(['localhost', 'hukz', 8000]);
  });
});
