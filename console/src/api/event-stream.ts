export interface StreamMessage {
  readonly id: string;
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

/**
 * Server-sent events by fetch, because an EventSource cannot say who asks. Comes back by itself, with the id of the last
 * message, after a pause that grows. Answers with what ends it.
 */
export function openEventStream(options: EventStreamOptions): () => void {
  const over = new AbortController();
  void follow(options, over.signal);
  return () => {
    over.abort();
  };
}

async function follow(options: EventStreamOptions, over: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  const onMessage = (message: StreamMessage) => {
    lastId = message.id;
    options.onMessage(message);
  };
  while (!over.aborted) {
    try {
      const cut = new AbortController();
      const cutOff = () => {
        cut.abort();
      };
      // The machine has lost its network: it would be noticed only when the silence has lasted.
      window.addEventListener('offline', cutOff, { signal: cut.signal });
      const response = await options.open(lastId, AbortSignal.any([over, cut.signal]));
      if (response.ok && response.body) {
        pauseMs = FIRST_PAUSE_MS;
        options.onOpen();
        await readMessages(response.body, onMessage, cutOff);
        cut.abort();
      }
    } catch {
      // Gone, one way or another; whoever looks at the page is told below.
    }
    if (isOver(over)) return;
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

async function readMessages(
  body: ReadableStream<Uint8Array>,
  onMessage: (message: StreamMessage) => void,
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
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      const data = fields.get('data');
      if (data !== undefined) onMessage({ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data });
    }
  }
}
