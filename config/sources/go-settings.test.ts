import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { proxyFor } from '../../internal/domain/egress/egress-proxies.js';
import { NEEDED_SETTINGS as needed } from '../../internal/testkit/kits/needed-settings.js';
import { describeConfig } from '../describe.js';
import { configWarnings, loadConfig } from '../load.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hukz-go-settings-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const load = (env: Readonly<Record<string, string>> = {}) => loadConfig({ cwd, env: { ...needed, ...env } });
const warnings = (env: Readonly<Record<string, string>> = {}) => configWarnings({ cwd, env: { ...needed, ...env } });

describe('as the Go service, hukz takes', () => {
  it.each(['staging', 'dev', 'Development', 'DEVELOPMENT', 'prod'])(
    'the mode %s as production, and says so',
    (mode) => {
      expect(load({ HUKZ_MODE: mode }).mode).toBe('production');
      expect(warnings({ HUKZ_MODE: mode })).toEqual([
        `MODE is "${mode}", which is not development: the mode is production`,
      ]);
    },
  );

  it('the modes development and production without a word', () => {
    expect(load({ HUKZ_MODE: 'development' }).mode).toBe('development');
    for (const mode of ['development', 'production', '']) expect(warnings({ HUKZ_MODE: mode })).toEqual([]);
  });

  it.each(['prefer', 'allow'])('the TLS mode %s', (mode) => {
    expect(load({ HUKZ_DATABASE_SSL_MODE: mode }).database.sslMode).toBe(mode);
  });

  it.each(['a:b', 'a/b', 'team.a:b/c', '..', 'größe'])('the queue group %s', (group) => {
    expect(load({ HUKZ_QUEUE_GROUP: group }).queueGroup).toBe(group);
  });

  it.each([
    ['http://a:4222', 'nats://a:4222', undefined],
    ['http://a:80', 'nats://a:80', undefined],
    ['https://a', 'nats://a:4222', undefined],
    ['natss://a', 'nats://a:4222', undefined],
    ['tls://a', 'nats://a:4222', { handshakeFirst: false }],
  ])('the NATS server %s', (url, server, tls) => {
    const { nats } = load({ HUKZ_NATS_URL: url });
    expect([nats.servers, nats.tls]).toEqual([[server], tls]);
  });

  it.each(['HUKZ_LOG', 'HUKZ_TEST', 'HUKZ_IMAGE', 'HUKZ_DEBUG'])('the variable %s of something else', (name) => {
    expect(load({ [name]: 'secret' })).toEqual(load());
    expect(warnings({ [name]: 'secret' })).toEqual([
      `unknown config param ${name}: docs/configuration.md lists all keys`,
    ]);
  });

  it.each([
    ['HUKZ_PROT', 'HUKZ_PORT'],
    ['HUKZ_MDOE', 'HUKZ_MODE'],
    ['HUKZ_QUEUE_GRUOP', 'HUKZ_QUEUE_GROUP'],
    ['HUKZ_RETRY_SCHEDUL', 'HUKZ_RETRY_SCHEDULE'],
  ])('no variable %s, which is like a key', (name, key) => {
    expect(() => load({ [name]: 'x' })).toThrow(`unknown config param ${name}; did you mean ${key}?`);
  });
});

describe('a configuration file', () => {
  it.each([
    ['config.json', '{"log_level":"debug","PORT":1234}'],
    ['config.toml', 'log_level = "debug"\nPORT = 1234\n'],
    ['config.yaml', 'log_level: debug\nPORT: 1234\n'],
    ['config.yml', 'log_level: debug\nPORT: 1234\n'],
    ['config.properties', '# a comment\nlog_level=debug\nPORT = 1234\n'],
    ['config.props', 'log_level: debug\nPORT: 1234\n'],
    ['config.prop', 'log_level debug\nPORT 1234\n'],
    ['config.dotenv', 'log_level=debug\nexport PORT=1234\n'],
    ['config.env', 'log_level="debug"\nPORT=1234\n'],
  ])('is read as %s', (name, text) => {
    write(name, text);
    expect(load()).toMatchObject({ log: { level: 'debug' }, port: 1234 });
    expect(warnings()).toEqual([]);
  });

  it('is the first one in the order of the Go service, if there are several', () => {
    const endings = ['json', 'toml', 'yaml', 'yml', 'properties', 'props', 'prop', 'dotenv', 'env'];
    const text = (ending: string, port: number) => {
      if (ending === 'json') return `{"PORT":${port}}`;
      return /^ya?ml$/.test(ending) ? `PORT: ${port}` : `PORT=${port}`;
    };
    for (const [index, ending] of [...endings.entries()].reverse()) {
      write(`config.${ending}`, text(ending, 1000 + index));
      expect(load().port).toBe(1000 + index);
    }
    expect(warnings()).toHaveLength(endings.length - 1);
    expect(warnings()[0]).toBe('config.toml is not read, because there is config.json: keep one of them');
  });

  it.each([
    ['config.json', '{"name":"an-app","version":"1.0.0","port":3000,"dependencies":{}}', 'unknown config param name'],
    ['config.json', '{"PORT": geheim', 'config.json cannot be read: it is not valid JSON'],
    ['config.toml', 'PORT = 1\npassword = geheim', 'config.toml cannot be read: it is not valid TOML in line 2'],
    ['config.yml', 'geheim: [', 'config.yml cannot be read: '],
    ['config.yml', '- geheim', 'config.yml must consist of keys and values'],
    ['config.yaml', 'server:\n  port: 1\n', 'server (in config.yaml) must be one value or a list'],
  ])('that is broken or of another program is ignored beside a complete environment: %s %j', (name, text, why) => {
    const without = load();
    write(name, text);
    expect(load()).toEqual(without);
    expect(warnings()).toEqual([expect.stringContaining(`${name} is ignored: ${why}`)]);
    expect(warnings().join()).not.toContain('geheim');
    const { HUKZ_QUEUE_GROUP: _, ...incomplete } = needed;
    expect(() => loadConfig({ cwd, env: incomplete })).toThrow(why);
  });

  it('of ours with a mistake is refused beside a complete environment, too', () => {
    write('config.yml', 'PORT: 1234\nRETRY_SCHEDULE: 5s\nRETRY_JITER: 0\n');
    expect(() => load()).toThrow('did you mean RETRY_JITTER (in config.yml)?');
  });

  it('config.env is expanded as before', () => {
    write(
      'config.env',
      [
        'DATABASE_NAME=app',
        `DATABASE_USER=$${'{DATABASE_NAME}'}_$STAGE`,
        'NATS_USER_NAME="$DATABASE_USER"',
        "NATS_USER_PASSWORD='$STAGE'",
        'METRICS_TOKEN=costs-\\$STAGE-and-$lower',
        'HOST=a$UNSET_AT_ALL',
        'INSTANCE_NAME=$',
      ].join('\n'),
    );
    const { HUKZ_DATABASE_NAME: _, HUKZ_DATABASE_USER: __, ...env } = needed;
    const config = loadConfig({ cwd, env: { ...env, STAGE: 'live' } });
    expect(config).toMatchObject({
      database: { name: 'app', user: 'app_live' },
      nats: { userName: 'app_live', userPassword: '$STAGE' },
      metrics: { token: 'costs-$STAGE-and-$lower' },
      host: 'a',
      instanceName: '$',
    });
  });
});

describe('the proxies of the environment', () => {
  const to = (url: string) => {
    const { protocol, hostname, port } = new URL(url);
    const isHttps = protocol === 'https:';
    return { protocol: isHttps ? 'https:' : 'http:', hostname, port: Number(port || (isHttps ? 443 : 80)) } as const;
  };
  const proxyOf = (url: string, env: Readonly<Record<string, string>>) => {
    const { proxies } = load(env).egress;
    const proxy = proxies && proxyFor(to(url), proxies);
    return proxy ? `${proxy.host}:${proxy.port}` : 'none';
  };
  const both = { HTTP_PROXY: 'http://plain:3128', HTTPS_PROXY: 'tls:3129' };

  it.each([
    ['http://a.test/', both, 'plain:3128'],
    ['https://a.test/', both, 'tls:3129'],
    ['https://a.test/', { HTTP_PROXY: 'http://plain:3128' }, 'none'],
    ['https://a.test/', { https_proxy: 'http://small:1' }, 'small:1'],
    ['http://localhost:9/', both, 'none'],
    ['http://127.0.0.1:9/', both, 'none'],
    ['https://a.test/', { ...both, HUKZ_EGRESS_PROXY: 'http://ours:1' }, 'ours:1'],
    ['http://127.0.0.1:9/', { ...both, HUKZ_EGRESS_PROXY: 'http://ours:1' }, 'ours:1'],
    ['https://a.test/', { ...both, HUKZ_EGRESS_PROXY: 'none' }, 'none'],
    ['https://a.test/', { ...both, NO_PROXY: 'a.test' }, 'none'],
    ['https://b.a.test/', { ...both, NO_PROXY: 'a.test' }, 'none'],
    ['https://a.test/', { ...both, NO_PROXY: '.a.test' }, 'tls:3129'],
    ['https://b.a.test/', { ...both, no_proxy: 'x, .a.test' }, 'none'],
    ['https://ba.test/', { ...both, NO_PROXY: 'a.test,*.a.test' }, 'tls:3129'],
    ['https://a.test:8443/', { ...both, NO_PROXY: 'a.test:8443' }, 'none'],
    ['https://a.test/', { ...both, NO_PROXY: 'a.test:8443' }, 'tls:3129'],
    ['https://10.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8' }, 'none'],
    ['https://11.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8' }, 'tls:3129'],
    ['https://a.test/', { ...both, NO_PROXY: '*' }, 'none'],
    ['https://a.test/', { ...both, NO_PROXY: 'b.test', HUKZ_EGRESS_NO_PROXY: 'a.test' }, 'none'],
    ['https://a.test/', { HUKZ_EGRESS_PROXY: 'http://ours:1', HUKZ_EGRESS_NO_PROXY: 'a.test' }, 'none'],
    ['https://a.test/', { HUKZ_EGRESS_PROXY: 'http://ours:1', NO_PROXY: 'a.test' }, 'ours:1'],
  ])('for %s with %j: %s', (url, env, expected) => {
    expect(proxyOf(url, env as Readonly<Record<string, string>>)).toBe(expected);
  });

  it('are refused by name if they cannot be used, and their credentials are not shown', () => {
    const env = { HTTPS_PROXY: 'socks5://me:geheim@proxy:1080' };
    expect(() => load(env)).toThrow('HTTPS_PROXY must be an HTTP proxy such as http://proxy.example.com:3128');
    expect(() => load(env)).not.toThrow(/geheim/);
    expect(load({ ...env, HUKZ_EGRESS_PROXY: 'none' }).egress.proxies).toBeUndefined();
    const used = describeConfig(load({ HTTPS_PROXY: 'http://me:geheim@proxy:1080' }));
    expect(JSON.stringify(used)).not.toContain('geheim');
    expect(used).toMatchObject({ egress: { proxies: { https: 'proxy:1080', http: 'none', from: 'HTTPS_PROXY' } } });
  });

  it('may have exceptions that only other programs know', () => {
    const env = { ...both, NO_PROXY: '<local>,a.test' };
    expect(proxyOf('https://a.test/', env)).toBe('none');
    expect(warnings(env)).toEqual(['NO_PROXY: "<local>" is ignored']);
  });
});
