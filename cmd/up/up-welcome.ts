export interface Places {
  readonly api: string;
  /** The token of `up`, with its text if it is new, or the user whom `X-User` names. */
  readonly login: { readonly token: string | undefined } | 'user';
  readonly metrics: string;
  readonly nats: string;
  readonly database: string;
  /** A free port for the receiver of the walk-through. */
  readonly receiverPort: number;
}

/** The addresses, and a walk-through of the service that can be pasted line by line or as a whole. */
export function welcome({ api, login, metrics, nats, database, receiverPort }: Places): string {
  return `
hukz is up. Press Ctrl-C to stop it; its data is kept.

  API         ${api}    (documentation at ${api}/docs, status at ${api}/health/ready)
  login       ${describeLogin(login)}
  metrics     ${metrics}
  NATS        ${nats}
  PostgreSQL  ${database}

Try it from this folder in another terminal (or "npm run smoke", which does the same):

${walkThrough({ api, login, receiverPort })}`;
}

function describeLogin(login: Places['login']): string {
  if (login === 'user') return 'X-User: 1, or any other user';
  const { token } = login;
  return token === undefined
    ? 'the token in .hukz/token'
    : `${token}
              (an admin's token, shown only now; it stays in .hukz/token, which only you can read)`;
}

/** The script runs unchanged in sh, bash and zsh, pasted or as a file, any number of times. */
function walkThrough({ api, login, receiverPort }: Pick<Places, 'api' | 'login' | 'receiverPort'>): string {
  return `  API=${api}
  LOGIN=${login === 'user' ? "'X-User: 1'" : '"Authorization: Bearer $(cat .hukz/token)"'}
  SUBJECT="try.$(date +%s)"
  id() { node -pe 'JSON.parse(require("fs").readFileSync(0)).id'; }
  post() { curl -s -H "$LOGIN" -H 'Content-Type: application/json' "$API$1" -d "$2"; }
  node dist/cmd/hukz.js receive --port ${receiverPort} & RECEIVER=$!
  EVENT=$(post /events '{"name":"Example","event":"'$SUBJECT'"}' | id)
  post /webhooks '{"name":"Example","url":"http://127.0.0.1:${receiverPort}/hook","event_ids":['$EVENT']}'; echo
  sleep 1; node dist/cmd/hukz.js publish $SUBJECT '{"hello":"world"}'
  for TRY in 1 2 3 4 5 6 7 8 9 10; do
    LOGS=$(curl -s -H "$LOGIN" "$API/webhooks/logs?event=$SUBJECT&outcome=delivered")
    case "$LOGS" in *'"total":1'*) break;; esac; sleep 1
  done; printf '%s\\n' "$LOGS"
  kill $RECEIVER
`;
}
