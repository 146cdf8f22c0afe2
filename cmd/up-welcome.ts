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

${walkThrough(api, receiverPort)}`;
}

/** Runs as it stands in sh, bash and zsh, pasted or as a file, and as often as one likes. */
function walkThrough(api: string, receiverPort: number): string {
  return `  API=${api}
  SUBJECT="try.$(date +%s)"
  id() { node -pe 'JSON.parse(require("fs").readFileSync(0)).id'; }
  post() { curl -s -H 'X-User: 1' -H 'Content-Type: application/json' "$API$1" -d "$2"; }
  node dist/cmd/hukz.js receive --port ${receiverPort} & RECEIVER=$!
  EVENT=$(post /events '{"name":"A try","event":"'$SUBJECT'"}' | id)
  post /webhooks '{"name":"A try","url":"http://127.0.0.1:${receiverPort}/hook","event_ids":['$EVENT']}'; echo
  sleep 1; node dist/cmd/hukz.js publish $SUBJECT '{"hello":"world"}'
  for TRY in 1 2 3 4 5 6 7 8 9 10; do
    LOGS=$(curl -s -H 'X-User: 1' "$API/webhooks/logs?event=$SUBJECT&outcome=delivered")
    case "$LOGS" in *'"total":1'*) break;; esac; sleep 1
  done; printf '%s\\n' "$LOGS"
  kill $RECEIVER
`;
}
