/** Shows how far something has come, on a terminal. */
export interface ProgressBar {
  readonly show: (label: string, done: number, total: number) => void;
  /** Takes it away. */
  readonly clear: () => void;
}

const WIDTH = 30;
/** As often as anybody can see. */
const INTERVAL_MILLISECONDS = 100;

/** Writes nothing where nobody looks: to files and pipes. */
export function openProgressBar(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  now: () => number = () => performance.now(),
): ProgressBar {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  let shown = Number.NEGATIVE_INFINITY;
  return {
    show(label, done, total) {
      if (done < total && now() - shown < INTERVAL_MILLISECONDS) return;
      shown = now();
      stream.write(`\r\x1b[K${formatProgress(label, done, total)}`);
    },
    clear() {
      stream.write('\r\x1b[K');
    },
  };
}

function formatProgress(label: string, done: number, total: number): string {
  const part = total === 0 ? 1 : done / total;
  const full = Math.floor(part * WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent}% ${done}/${total}`;
}
