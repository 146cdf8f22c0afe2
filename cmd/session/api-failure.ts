import { HukzError } from '../../packages/client/src/hukz-error.js';
import { CommandFailed } from '../command-failed.js';
import type { Connection } from '../connection/connection.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { plain } from '../output/plain.js';

/** Turns a refusal of the API, or the lack of an answer, into a sentence and what to do. */
export function explainApiFailure(error: unknown, connection: Connection): unknown {
  if (!(error instanceof HukzError)) return error;
  const { exitCode, advice } = isOfHukz(error) ? judge(error, connection) : elsewhere(connection);
  return new CommandFailed(plain(error.message), { exitCode, advice: plain(advice) });
}

/** A message of an event that is not registered has no id that could be wrong. */
const adviceOnMissing = (problems: HukzError['problems']) =>
  problems.some(({ source }) => source === 'event')
    ? 'Register it: hukz event create <subject>'
    : 'Check the id or the key; the verb "list" shows what exists.';

interface Judged {
  readonly exitCode: ExitCode;
  readonly advice: string;
}

/** Any web server answers 404. The errors of hukz have a form of their own. */
function isOfHukz({ status, code, answer }: HukzError): boolean {
  if (status === 0 || status >= 500) return code !== 'bad_answer';
  return typeof answer === 'object' && answer !== null && 'errors' in answer;
}

const elsewhere = ({ url, from }: Connection): Judged => ({
  exitCode: EXIT.unreachable,
  advice: `Another program may answer at ${url} (from ${from}): check the address and the port.`,
});

function judge({ status, code, requestId, problems }: HukzError, connection: Connection): Judged {
  const { url, from } = connection;
  switch (code) {
    case 'network':
    case 'timeout':
      return { exitCode: EXIT.unreachable, advice: `Is hukz running there? The address is from ${from}.` };
    case 'unavailable':
      return { exitCode: EXIT.unreachable, advice: `Try again later; ${url}/health/ready says what is away.` };
    case 'not_found':
      return { exitCode: EXIT.notFound, advice: adviceOnMissing(problems) };
    case 'unauthorized':
      return { exitCode: EXIT.notAllowed, advice: 'Say who you are: --user or --token, or "hukz context set".' };
    case 'forbidden':
      return {
        exitCode: EXIT.notAllowed,
        advice: 'Ask an operator for the right that is missing, or act as another user.',
      };
    case 'bad_answer':
      return elsewhere(connection);
    case 'failed':
      return status >= 502
        ? { exitCode: EXIT.unreachable, advice: `A proxy in front of hukz answers at ${url}: try again later.` }
        : { exitCode: EXIT.failed, advice: `The log of the service has the reason under the request id ${requestId}.` };
    default:
      return { exitCode: EXIT.refused, advice: 'Nothing was changed. Correct what the sentence names, and try again.' };
  }
}
