import { beforeAll, describe, expect, it } from '@jest/globals';
import { Hukz } from 'hukz-client';
import { type HukzOptions, runHukz, transcriptOf } from '../../internal/testkit/command-line/run-hukz.js';
import { eventually } from '../../internal/testkit/eventually.js';
import { useAppKit } from '../../internal/testkit/kits/use-app-kit.js';

const kit = useAppKit();
const env = () => ({ HUKZ_URL: `http://127.0.0.1:${kit.hukz.app.port}`, HUKZ_USER: '1' });
const transcript = (...lines: string[]) => transcriptOf(lines, { env: env() });
const run = (line: string, options: HukzOptions = {}) => runHukz(line.split(' '), { env: env(), ...options });
/** The id that a command prints with `-o name`. */
const idOf = async (line: string) => (await run(`${line} -o name`)).stdout.trim();

let hukz: Hukz;
beforeAll(() => {
  hukz = new Hukz({ url: env().HUKZ_URL, user: 1 });
});

/** A webhook whose receiver refuses, and the id of its dead letter. */
async function deadLetter(subject: string): Promise<{ readonly webhook: string; readonly id: string }> {
  await run(`event create ${subject}`);
  kit.receiver.behave({ status: 500 });
  const webhook = await idOf(
    `webhook create ${kit.receiver.url}/hook --event ${subject} --data {"retry":{"schedule":[]},"breaker":"off"}`,
  );
  await run(`message publish ${subject} {"n":9007199254740993}`);
  const find = async () => (await hukz.deadLetters.list({ webhook_id: Number(webhook) })).nodes[0]?.id;
  await eventually(async () => (await find()) !== undefined, { what: 'a dead letter' });
  return { webhook, id: (await find()) ?? '' };
}

describe('events', () => {
  it('are created, changed and deleted', async () => {
    expect(
      await transcript(
        'event create order.created --key shop/order-created --tag app:shop --data {"name":"Created"} --columns id,key,event,name,tags',
        'event create order.created',
        'event create a..b',
        'event create a.b --data [1]',
        'event update key:shop/order-created --name Renamed --publish-only --columns name,publish_only',
        'event delete key:shop/order-created',
        'event delete key:shop/order-created --yes',
        'event delete 77 78 --yes',
      ),
    ).toMatchSnapshot();
  });

  it('are deleted by ids from standard input, and one that fails does not stop the others', async () => {
    const ids = [await idOf('event create piped.one'), '7777', await idOf('event create piped.two')];
    expect(await run('event delete - --yes', { stdin: `${ids.join('\n')}\n` })).toEqual({
      code: 3,
      stdout: `Event ${ids[0]} is deleted.\nEvent ${ids[2]} is deleted.\n`,
      stderr: expect.stringMatching(/404.*\n.*\n1 of 3 failed\.\n$/),
    });
  });
});

it('spaces, also called applications', async () => {
  expect(
    await transcript(
      'space create --key eu --name Europe --columns id,key,name',
      'application list',
      'space show key:eu --columns name',
      'space update key:eu --name Union --columns name',
      'space update key:eu --isolation strict --subject-token 2 --max-webhooks 5 --columns isolation,subject,limits',
      'space update key:eu --subject-header Tenant --subject-token 2',
      'space create --subject-token 0',
      'space delete key:eu',
      'space delete key:eu --yes',
      'space show key:eu',
    ),
  ).toMatchSnapshot();
});

it('a deletion asks on a terminal, with what it deletes', async () => {
  await run('space create --key asked');
  const no = await run('space delete key:asked', { terminal: 80, stdin: 'n\n' });
  expect([no.code, no.stderr]).toEqual([
    1,
    expect.stringMatching(
      /Deleting space \d+ \("asked"\) deletes 0 webhooks and cancels 0 deliveries\. Delete it\? \[y\/N\] [\s\S]*Nothing was changed\.\n$/,
    ),
  ]);
  const yes = await run('space delete key:asked', { terminal: 80, stdin: 'y\n' });
  expect([yes.code, yes.stdout]).toEqual([0, 'Space key:asked is deleted.\n']);
});

it('webhooks, also called endpoints', async () => {
  await run('event create shop.order');
  const url = `${kit.receiver.url}/hook`;
  const steps = await transcript(
    `webhook create ${url} --event shop.order --key shop/search --columns key,state,url,events,secret`,
    `webhook create ${url} --event shop.unknown`,
    'endpoint list --columns key,state,url,events',
    'webhook update key:shop/search --data {"timeout":"10s"} --name Search --columns name,timeout',
    'webhook disable key:shop/search',
    'webhook list --state disabled --columns key,state',
    'webhook enable key:shop/search',
    'webhook pause key:shop/search',
    'webhook show key:shop/search --columns state',
    'webhook resume key:shop/search --rate 50/second',
    'webhook test key:shop/search --columns delivered,response_status_code,error',
    'webhook test-auth key:shop/search --columns type,ok',
    'webhook rotate-secret key:shop/search',
    'webhook rotate-secret key:shop/search --overlap 1h --yes',
    'webhook keys key:shop/search',
    'webhook stats key:shop/search --columns accepted,delivered,pending,dead',
    'webhook list --state broken',
    'webhook delete key:shop/search --yes',
    'webhook show key:shop/search',
  );
  expect(steps).toMatchSnapshot();
});

it('a failed test request is a failure of the command', async () => {
  await run('event create test.failed');
  kit.receiver.behave({ status: 500 });
  const id = await idOf(`webhook create ${kit.receiver.url} --event test.failed`);
  const { code, stdout, stderr } = await run(`webhook test ${id} --columns delivered,response_status_code`);
  expect([code, stdout]).toEqual([1, 'delivered             no\nresponse_status_code  500\n']);
  expect(stderr).toMatch(/^The receiver did not accept the test request\.\n/);
});

describe('messages', () => {
  it('are published byte for byte, shown and cancelled', async () => {
    await run('event create shop.paid');
    const id = await idOf('message publish shop.paid {"n":9007199254740993,"x":1.50}');
    expect(
      await transcript(`message show ${id} --columns event,bytes,payload,webhooks`, `message show ${id} -o yaml`),
    ).toMatchSnapshot();
    expect((await run(`message show ${id} -o json`)).stdout).toContain('"payload":{"n":9007199254740993,"x":1.50}');
    await run(`webhook create ${kit.receiver.url} --event shop.paid`);
    const later = (await run('message publish shop.paid - --delay 1h -o name', { stdin: '{"n":2}' })).stdout.trim();
    expect(await run(`message cancel ${later} --yes`)).toEqual({
      code: 0,
      stdout: `Message ${later} is cancelled.\n`,
      stderr: '',
    });
    expect((await run('message list --event shop.paid -o name')).stdout.split('\n')).toEqual([later, id, '']);
  });

  it('are published several times, and what is refused is counted', async () => {
    await run('event create shop.many');
    const many = await run('message publish shop.many {} --count 250 --columns published,refused');
    expect(many).toEqual({
      code: 0,
      stdout: 'published  250\nrefused    0\n',
      stderr: expect.stringMatching(/100 % \(250 of 250\)\n$/),
    });
    expect((await run('message list --event shop.many -o name')).stdout.trim().split('\n')).toHaveLength(250);
    const refused = await run('message publish shop.unknown {} --count 3 --rate 100');
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(/3 of 3 messages were refused: /)]);
  });
});

describe('an erasure of messages', () => {
  it('is counted, asked for, started and awaited', async () => {
    await run('event create shop.erased');
    const id = await idOf('message publish shop.erased {"name":"alice"}');
    const kept = await idOf('message publish shop.erased {"name":"bob"}');
    const selected = 'message erase --event shop.erased --content {"data":{"name":"alice"}}';
    expect(await run(`${selected} --dry-run`)).toMatchObject({ code: 0, stdout: 'total      1\nundecided  0\n' });
    expect(await run(selected)).toMatchObject({ code: 2, stderr: expect.stringContaining('Add --yes') });
    const erased = await run(`${selected} --yes --wait --columns state,erased,total,waiting`);
    expect([erased.code, erased.stdout]).toEqual([0, 'state    done\nerased   1\ntotal    1\nwaiting  0\n']);
    expect((await run(`message show ${id} --columns bytes,payload`)).stdout).toMatch(/^bytes +0\npayload +-\n$/);
    expect((await run(`message show ${kept} --columns payload`)).stdout).toContain('bob');
    const job = (await run('erasure list -o name')).stdout.trim();
    expect((await run(`erasure wait ${job} --columns state`)).stdout).toBe('state  done\n');
    expect((await run(`erasure show ${job} --columns erased`)).stdout).toBe('erased  1\n');
    expect((await run(`erasure cancel ${job} --yes`)).code).toBe(0);
    for (const wrong of ['message erase', `message erase ${kept} --all`, 'message erase --content [1]'])
      expect([wrong, (await run(`${wrong} --yes`)).code]).toEqual([wrong, 2]);
    expect((await run('message erase - --yes --wait --columns erased', { stdin: `${kept}\n` })).stdout).toBe(
      'erased  1\n',
    );
  });
});

describe('dead letters, deliveries, logs and replays', () => {
  it('are listed, shown and sent again', async () => {
    const { webhook, id } = await deadLetter('dead.one');
    expect(
      await transcript(
        `dead list --webhook ${webhook} --columns because,event,attempts`,
        `delivery list --webhook ${webhook} --state dead --columns state,event,attempts`,
        `delivery show ${id} --columns state,because,event,attempts`,
        `log list --webhook ${webhook} --columns outcome,status,event,attempt`,
        'log list --outcome unknown',
        `delivery retry ${id}`,
        'delivery retry 01890a5d-ac96-774b-bcce-b302099a8057',
      ),
    ).toMatchSnapshot();
    const log = (await run(`log list --webhook ${webhook} --limit 1 -o name`)).stdout.trim();
    expect((await run(`log show ${log} -o json`)).stdout).toContain('9007199254740993');
  });

  it('travel through a pipe: dead list -o name | delivery retry -', async () => {
    const { webhook } = await deadLetter('dead.two');
    await run('message publish dead.two {}');
    const ids = () => run(`dead list --webhook ${webhook} -o name`);
    await eventually(async () => (await ids()).stdout.trim().split('\n').length === 2, { what: 'two dead letters' });
    kit.receiver.behave({ status: 204 });
    const retried = await run('delivery retry -', { stdin: (await ids()).stdout });
    expect(retried).toEqual({ code: 0, stdout: 'matched  2\nchanged  2\nskipped  0\n', stderr: '' });
    await eventually(async () => (await ids()).stdout === '', { what: 'no dead letter' });
  });

  it('are sent again all at once', async () => {
    const { webhook } = await deadLetter('dead.three');
    kit.receiver.behave({ status: 204 });
    expect(await run(`dead retry --webhook ${webhook}`)).toMatchObject({ code: 2 });
    expect(await run(`dead retry --all --webhook ${webhook}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Add --yes'),
    });
    expect((await run(`dead retry --all --webhook ${webhook} --yes`)).stdout).toBe(
      'matched  1\nchanged  1\nskipped  0\n',
    );
  });

  it('are replayed, with a progress bar', async () => {
    const { webhook } = await deadLetter('dead.four');
    kit.receiver.behave({ status: 204 });
    expect((await run(`replay start ${webhook} --since 1h --outcome dead --dry-run`)).stdout).toBe('total  1\n');
    expect(await run(`replay start ${webhook} --since 1h --outcome dead`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Send 1 deliveries to webhook ${webhook} again?`),
    });
    const done = await run(`replay start ${webhook} --since 1h --outcome dead --yes --wait --columns state,done,total`);
    expect(done).toMatchObject({ code: 0, stdout: 'state  done\ndone   1\ntotal  1\n' });
    expect(done.stderr).toMatch(/100 % \(1 of 1\)\n$/);
    const id = (await run(`replay list ${webhook} -o name`)).stdout.trim();
    const onTerminal = await run(`replay wait ${id} -o name`, { terminal: 80 });
    expect(onTerminal.stderr).toBe(`\r[${'#'.repeat(30)}] 100 % (1 of 1)\n`);
  });
});

describe('a typical mistake gives a sentence, advice and an exit code:', () => {
  it('a port on which nothing listens', async () => {
    const { code, stderr } = await run('event list --url http://127.0.0.1:9');
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/^GET \/events got no answer from .*\nIs hukz running there\? /),
    ]);
  });

  it('a port on which another program answers', async () => {
    const { code, stderr } = await run(`event list --url ${kit.receiver.url}`);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/^GET \/events .*\nAnother program may answer at /)]);
  });

  it('no user', async () => {
    const { code, stderr } = await runHukz(['event', 'list'], { env: { HUKZ_URL: env().HUKZ_URL } });
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/^GET \/events was answered with 401.*\nSay who you are: /),
    ]);
  });

  it('a connection that cannot be right', async () => {
    const { code, stderr } = await run('event list --user nobody');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^The connection is wrong: user must be the id of a user/),
    ]);
  });
});
