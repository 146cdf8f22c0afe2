/** A column of one row: JSON as the Go service stored it, a text, a number, a time or nothing. */
type Value = string | number | boolean | Buffer | null;

/** The rows of one table, in the order of `columns`. */
export interface GoRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

const json = (text: string) => Buffer.from(text);
const at = (day: number) => `2022-10-${String(day).padStart(2, '0')}T09:30:00.123456789+05:30`;
const TAGS = json('{"app":"example"}');

/**
 * Rows that the Go service accepted: usual ones, and the ones that a stricter service must decide about. The ids have
 * gaps, and the sequences are ahead of them, as after refused requests.
 */
export const GO_ROWS: readonly GoRows[] = [
  {
    table: 'events',
    columns: [
      'id',
      'created_at',
      'updated_at',
      'deleted_at',
      'created_by_id',
      'updated_by_id',
      'name',
      'event',
      'tags',
    ],
    rows: [
      [1, at(1), at(1), null, 1, 1, 'Post created', 'post.created', TAGS],
      [2, at(1), at(2), null, 1, 2, 'Tag created', 'tag.created', json('{"app":"example","kind":"tag"}')],
      [3, at(2), at(2), at(3), 1, 1, 'Deleted', 'claim.deleted', TAGS],
      // The same subject as event 1 in another letter case, which two requests at the same instant could create.
      [5, at(3), at(3), null, 1, 1, 'Post Created', 'Post.Created', TAGS],
      [6, at(3), at(3), null, 1, 1, 'No tags', 'category.updated', json('null')],
      [7, at(4), at(4), null, 1, 1, null, 'rating.updated', null],
      // Subjects that NATS refuses.
      [8, at(4), at(4), null, 1, 1, 'Spaces', 'post created', TAGS],
      [9, at(4), at(4), null, 1, 1, 'Empty token', 'post..created', TAGS],
      [10, at(5), at(5), null, null, null, 'Wildcard', 'media.*', json('{"app":"a","app":"b"}')],
      [11, at(5), at(5), null, 1, 1, 'Everything', '>', json('{}')],
      [12, at(5), at(5), null, 1, 1, 'Nothing', null, json('{"n":1}')],
      // A subject that was deleted and created again.
      [14, at(6), at(6), null, 1, 1, 'Created again', 'claim.deleted', json('["not","an","object"]')],
    ],
  },
  {
    table: 'webhooks',
    columns: [
      ...['id', 'created_at', 'updated_at', 'deleted_at', 'created_by_id', 'updated_by_id'],
      ...['name', 'url', 'enabled', 'tags', 'space_id'],
    ],
    rows: [
      [1, at(1), at(1), null, 1, 1, 'Public', 'https://example.com/hook', true, TAGS, 7],
      [2, at(1), at(1), null, 2, 2, 'Slack', 'https://hooks.slack.com/services/T0/B0/x', true, TAGS, 7],
      [3, at(2), at(2), null, 1, 1, 'Chat', 'https://chat.googleapis.com/v1/spaces/A/messages?key=k', true, TAGS, 7],
      [4, at(2), at(2), at(4), 1, 1, 'Deleted', 'https://example.com/deleted', true, TAGS, 7],
      [5, at(3), at(3), null, 1, 1, 'Disabled', 'https://example.com/disabled', false, json('{}'), 8],
      [6, at(3), at(3), null, 1, 1, 'Private', 'http://10.1.2.3:8080/hook', true, TAGS, 8],
      [7, at(3), at(3), null, 1, 1, 'Local', 'http://localhost:9000/hook', true, TAGS, 8],
      // URLs to which no request can be sent.
      [8, at(4), at(4), null, 1, 1, 'No URL', 'not a url', true, TAGS, 0],
      [9, at(4), at(4), null, 1, 1, 'Other scheme', 'ftp://example.com/hook', true, TAGS, 0],
      [10, at(4), at(4), null, 1, 1, 'Credentials', 'https://user:secret@example.com/hook', true, TAGS, 0],
      [12, at(5), at(5), null, null, null, null, 'https://example.com/nulls', null, null, null],
      [13, at(5), at(5), null, 1, 1, 'No events', 'https://example.com/none', true, json('null'), 7],
      [14, at(6), at(6), null, 1, 1, 'Nothing', null, true, json('{"n":1,"s":"x","deep":{"a":[1]}}'), 7],
    ],
  },
  {
    table: 'webhook_events',
    columns: ['webhook_id', 'event_id'],
    rows: [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14].map((webhook) => [webhook, 1]),
      [1, 2],
      [1, 3],
      [1, 5],
      [2, 5],
      [3, 10],
      [6, 8],
      [7, 12],
    ],
  },
  {
    table: 'webhook_logs',
    columns: [
      ...['id', 'created_at', 'created_by_id', 'event', 'url', 'response_status_code'],
      ...['data', 'response_body', 'tags'],
    ],
    rows: [
      ...[1, 2, 3].map((id) => log(id, 200, '{"ok":true}')),
      [
        4,
        at(7),
        2,
        'post.created',
        'https://hooks.slack.com/services/T0/B0/x',
        200,
        envelope(4),
        json('{"data":"ok"}'),
        TAGS,
      ],
      log(5, 302, 'null'),
      log(6, 500, '"text"'),
      log(7, 404, '{"error":"not found"}'),
      [9, at(8), null, null, null, null, null, null, null],
      // The service stored what it sent, in which a number above 2^53 had lost its last digits.
      [
        10,
        at(8),
        1,
        'tag.created',
        'https://example.com/hook',
        200,
        json('{"n":12345678901234567000}'),
        json('1'),
        json('null'),
      ],
    ],
  },
];

/** The last value of each sequence, by table: above the highest id. */
export const GO_SEQUENCES: Readonly<Record<string, number>> = { events: 17, webhooks: 15, webhook_logs: 12 };

function envelope(n: number): Buffer {
  return json(
    `{"contains":["post"],"created_at":"2022-10-07T04:00:00Z","event":"post.created","payload":{"id":${n},"title":"A post"}}`,
  );
}

function log(id: number, status: number, response: string): readonly Value[] {
  return [id, at(7), 1, 'post.created', 'https://example.com/hook', status, envelope(id), json(response), TAGS];
}
