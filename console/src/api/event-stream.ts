export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

interface EventStreamOptions {
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onOpen: () => void;
  readonly onGone: () => void;
  readonly onMessage: (message: StreamMessage) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** The server lets hear of itself every fifteen seconds; one that has been silent for this long is gone. */
const LONGEST_SILENCE_MS = 40_000;
/** The server ends each stream after its time, in good order. One that it ends sooner than this is not to be had now. */
const SHORTEST_STREAM_MS = 1_000;

/**
 * Server-sent events by fetch, because an EventSource cannot say who asks. Comes back by itself, with the last id that it
 * was told: at once where the server has ended the stream after its time, and else after a pause that grows. Answers with
 * what ends it.
 */
export function openEventStream(options: EventStreamOptions): () => void {
  const over = new AbortController();
  void follow(options, over.signal);
  return () => {
    over.abort();
  };
}

async function follow(options: EventStreamOptions, over: AbortSignal): Promise<void> {
  const told: { lastId?: string } = {};
  let pauseMs = FIRST_PAUSE_MS;
  const onBlock = (fields: Fields) => {
    const id = fields.get('id');
    const data = fields.get('data');
    if (id !== undefined) told.lastId = id;
    if (data !== undefined) options.onMessage({ event: fields.get('event') ?? '', data });
  };
  while (!over.aborted) {
    let endedAfterMs: number | undefined;
    try {
      const cut = new AbortController();
      const cutOff = () => {
        cut.abort();
      };
      // The machine has lost its network: it would be noticed only when the silence has lasted.
      window.addEventListener('offline', cutOff, { signal: cut.signal });
      const response = await options.open(told.lastId, AbortSignal.any([over, cut.signal]));
      if (response.ok && response.body) {
        pauseMs = FIRST_PAUSE_MS;
        options.onOpen();
        const openedAtMs = performance.now();
        await readBlocks(response.body, onBlock, cutOff);
        cut.abort();
        endedAfterMs = performance.now() - openedAtMs;
      }
    } catch {
      // Gone, one way or another; whoever looks at the page is told below.
    }
    if (isOver(over)) return;
    // Nothing is gone: what happens between is told to whoever comes back with an id.
    if (endedAfterMs !== undefined && endedAfterMs >= SHORTEST_STREAM_MS && told.lastId !== undefined) continue;
    options.onGone();
    await pause(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** Ends sooner when the machine's network comes back. */
function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      window.removeEventListener('online', end);
      resolve();
    };
    window.addEventListener('online', end);
    setTimeout(end, durationMs);
  });
}

/** Asked anew: it may have ended while something was waited for. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Such as `id`, `event` and `data`. A block without data is no message, and has an id all the same. */
type Fields = ReadonlyMap<string, string>;

async function readBlocks(
  body: ReadableStream<Uint8Array>,
  onBlock: (fields: Fields) => void,
  onSilence: () => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const timer = setTimeout(onSilence, LONGEST_SILENCE_MS);
    const { done, value } = await reader.read().finally(() => {
      clearTimeout(timer);
    });
    if (done) return;
    const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line): [string, string] => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      });
      onBlock(new Map(fields));
    }
  }
}
