/** The parts of the service and its dependencies, by the file that contains a function. The first match counts. */
const ROOMS: readonly (readonly [room: string, file: RegExp])[] = [
  ['intake: NATS to acceptor', /^internal\/intake\//],
  ['domain: matching, envelope, verdicts', /^internal\/domain\//],
  ['store: journal, statements and batches', /^internal\/store\/journal\//],
  ['store: the rest', /^internal\/store\//],
  ['dispatch: lanes, slots, claims', /^internal\/dispatch\//],
  ['outbound: requests, answers, signatures', /^internal\/outbound\//],
  ['app: wiring and metrics', /^internal\/app\//],
  ['api', /^internal\/api\/|^express|^zod|^body-parser|^router/],
  ['the ground, cmd, config', /^(internal|cmd|config)\//],
  ['nats (client)', /^nats\/|^nkeys/],
  ['pg (client)', /^pg[-/]|^postgres-/],
  ['undici (client)', /^undici\/|^wasm:/],
  ['prom-client', /^prom-client\//],
  ['other packages', /^[^:]+\//],
  ['Node: sockets and streams', /^node:(net|internal\/(stream|streams|net|js_stream)|stream|_stream)/],
  [
    'Node: timers, queues, promises',
    /^node:(internal\/(timers|process|async_hooks|promise)|timers|events|diagnostics_channel|async_hooks)/,
  ],
  ['Node: buffers and text', /^node:(buffer|internal\/(buffer|util|encoding|url|webstreams)|string_decoder)/],
  ['Node: cryptography', /^node:(crypto|internal\/crypto)/],
  ['Node: the rest', /^node:/],
];

/** V8's names for time outside of JavaScript functions. */
const PROGRAM: Readonly<Record<string, string>> = {
  writev: 'the kernel: writing to sockets',
  writeBuffer: 'the kernel: writing to sockets',
  '(program)': 'the kernel and native code: reading, polling',
  '(garbage collector)': 'garbage collection',
};

/**
 * `file` has the spelling of the summary: `internal/…`, `undici/lib/…`, `node:net`; it is empty where there is no file.
 */
export function roomOf(file: string, functionName: string): string {
  if (file === '') return PROGRAM[functionName] ?? 'native functions of Node and V8';
  return ROOMS.find(([, pattern]) => pattern.test(file))?.[0] ?? 'other';
}
