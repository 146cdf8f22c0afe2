import { describe, expect, it } from '@jest/globals';
import { type HukzOptions, runCommand, runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';
import { runWebhooksCli } from './webhooks-program.js';

const kit = useAppKit({ HUKZ_COMPAT: 'webhooks-rs', HUKZ_COMPAT_USER: '1' });
const api = () => `http://127.0.0.1:${kit.hukz.app.port}`;
const cli = (args: readonly string[], options: HukzOptions = {}) =>
  runCommand(runWebhooksCli, args, { env: { SERVER_URL: `${api()}/v1/`, HUKZ_USER: '1' }, ...options });
const idIn = (stdout: string) => / ((?:app|ep|evt)_\w{27}) /.exec(stdout)?.[1] ?? '';
const done = (stdout: RegExp) => ({ code: 0, stdout: expect.stringMatching(stdout), stderr: '' });

describe('the three commands of webhooks-rs', () => {
  it('print its three sentences, and the receiver gets the payload', async () => {
    const application = await cli(['application', 'create', 'example application']);
    expect(application).toEqual(done(/^App app_\w{27} with name 'example application' has been created\n$/));
    const app = idIn(application.stdout);

    const topics = 'contact.created,contact.updated';
    const endpoint = await cli(['endpoint', 'create', app, `${kit.receiver.url}/hook`, topics]);
    expect(endpoint).toEqual(done(/^Endpoint ep_\w{27} has been created\n$/));

    const payload = '{"foo":{"bar":"baz"},"n":9007199254740993}';
    const event = await cli(['event', 'create', app, 'contact.created', payload]);
    expect(event).toEqual(done(/^Event evt_\w{27} has been created\n$/));
    const [request] = await kit.receiver.waitFor(1);
    expect(request).toMatchObject({ method: 'POST', url: '/hook' });
    expect(String(request?.body)).toBe(payload);
    expect(Object.keys(request?.headers ?? {})).not.toContain('webhook-signature');

    // Ids are those of the compatible API, so that its own tools can go on with what was created here.
    const disabled = await fetch(`${api()}/v1/application/${app}/endpoint/${idIn(endpoint.stdout)}/disable`, {
      method: 'POST',
    });
    expect(disabled.status).toBe(204);
    const { stdout } = await runHukz(['webhook', 'list', '--managed-by', 'webhooks-rs', '--columns', 'state,events'], {
      env: { HUKZ_URL: api(), HUKZ_USER: '1' },
    });
    expect(stdout).toMatch(/^STATE +EVENTS\ndisabled +contact\.created,contact\.updated\n$/);
  });

  it('register a topic that no endpoint has', async () => {
    const app = idIn((await cli(['application', 'create', 'quiet'])).stdout);
    expect(await cli(['event', 'create', app, 'contact.unknown', '1'])).toEqual(done(/^Event evt_/));
  });
});

describe('a mistake is answered with a sentence:', () => {
  it.each([
    [
      ['endpoint', 'create', 'app_2hRzcGs8D5aLaHBWHyqIcibuFA1', 'http://localhost:8080'],
      2,
      /missing required argument 'topics'/,
    ],
    [['event', 'create', 'app_2hRzcGs8D5aLaHBWHyqIcibuFA1', 'a.b', '{'], 2, /^The payload is not JSON: /],
    [['event', 'create', 'app_2hRzcGs8D5aLaHBWHyqIcibuFA1', 'a.b', '{}'], 3, /^There is no application app_2hRz/],
    [['event', 'create', 'ep_2hRzcGs8D5aLaHBWHyqIcibuFA1', 'a.b', '{}'], 2, /an application/],
    [['application', 'create', ' '], 2, /^An application needs a name/],
  ])('%j', async (args, code, stderr) => {
    expect(await cli(args)).toEqual({ code, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  it('no SERVER_URL', async () => {
    expect(await cli(['application', 'create', 'a'], { env: {} })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^SERVER_URL is not set\.\n/),
    });
  });
});
