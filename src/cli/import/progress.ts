import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  readonly advance: () => void;
  readonly stop: () => void;
}

export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** A bar on a terminal, nothing anywhere else: a log full of bars helps nobody. */
export function startProgress(terminal: Terminal, label: string, total: number): Progress {
  if (terminal.isTTY !== true) return { advance: () => undefined, stop: () => undefined };
  const format = `${label.padEnd(8)} {bar} {value}/{total}  {duration_formatted}`;
  const bar = new SingleBar(
    { format, stream: terminal, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    advance: () => {
      bar.increment();
    },
    stop: () => {
      bar.stop();
    },
  };
}
