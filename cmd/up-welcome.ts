export interface Places {
  readonly api: string;
  readonly metrics: string;
  readonly nats: string;
  readonly database: string;
  /** A free one, for the receiver of the walk-through. */
  readonly receiverPort: number;
}

/** Where everything listens, and a walk through the service that can be pasted line by line or as a whole. */
export function welcome({ api, metrics, nats, database, receiverPort }: Places): string {
  return `
hukz is up. Ctrl-C stops it; its data stays.

  API         ${api}    (readable at ${api}/docs, state at ${api}/health/ready)
  metrics     ${metrics}
  NATS        ${nats}
  PostgreSQL  ${database}

Try it from this folder in another terminal (or "npm run smoke", which does the same):

  hukz() { node dist/cmd/hukz.js "$@"; }
  id() { node -pe 'JSON.parse(require("fs").readFileSync(0)).id'; }
  post() { curl -s -H 'X-User: 1' -H 'Content-Type: application/json' "${api}$1" -d "$2"; }
  SUBJECT="try.$(date +%s)"
  hukz receive --port ${receiverPort} & sleep 1
  EVENT=$(post /events '{"name":"A try","event":"'$SUBJECT'"}' | id)
  post /webhooks '{"name":"A try","url":"http://127.0.0.1:${receiverPort}/hook","event_ids":['$EVENT']}'
  hukz publish $SUBJECT '{"hello":"world"}'
  curl -s -H 'X-User: 1' "${api}/webhooks/logs?limit=1"
  kill %1
`;
}
