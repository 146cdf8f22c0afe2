const CTRL_C = '\u0003';

type Terminal = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(isOn: boolean): unknown };

/**
 * Calls the function of each key that is pressed. Ctrl-C becomes a SIGINT, which a terminal does not send while single
 * keys are read. Without a terminal nothing is read. Returns a function that restores the terminal.
 */
export function readKeys(terminal: Terminal, actions: Readonly<Record<string, () => void>>): () => void {
  if (!terminal.isTTY || !terminal.setRawMode) return () => undefined;
  const onData = (bytes: Buffer) => {
    for (const key of bytes.toString()) {
      if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
      else actions[key]?.();
    }
  };
  terminal.setRawMode(true);
  terminal.resume();
  terminal.on('data', onData);
  return () => {
    terminal.off('data', onData);
    terminal.setRawMode?.(false);
    terminal.pause();
  };
}
