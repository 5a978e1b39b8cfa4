export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

interface EventStreamOptions {
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  /** @param hasMissed something may have happened since this began, or since the stream was last open, that is not told */
  readonly onOpen: (hasMissed: boolean) => void;
  readonly onGone: () => void;
  /** Nobody looks at the page: the stream is let go until somebody does, and what happens meanwhile is told then. */
  readonly onRest: () => void;
  readonly onMessage: (message: StreamMessage) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** The server lets hear of itself every fifteen seconds; one that has been silent for this long is gone. */
const LONGEST_SILENCE_MS = 40_000;
/** The server ends each stream after its time, in good order. One that it ends sooner than this is not to be had now. */
const SHORTEST_STREAM_MS = 1_000;
/** Whoever only looks into another tab finds this one as it was. */
const UNSEEN_MS = 5_000;
/** Why a stream was cut. */
const UNSEEN = 'nobody looks at the page';

/**
 * Server-sent events by fetch, because an EventSource cannot say who asks. Comes back by itself, with the last id that it
 * was told: at once where the server has ended the stream after its time, and else after a pause that grows. A page that
 * nobody looks at has none: over HTTP/1.1 a browser has six connections to a server, for all its tabs together. Answers
 * with what ends it.
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
  let hasMissed = false;
  const onBlock = (fields: Fields) => {
    const id = fields.get('id');
    const data = fields.get('data');
    if (id !== undefined) told.lastId = id;
    if (data !== undefined) options.onMessage({ event: fields.get('event') ?? '', data });
  };
  while (!over.aborted) {
    if (document.hidden) {
      options.onRest();
      // Without an id there is nothing to go on from.
      hasMissed ||= told.lastId === undefined;
      await untilSeen(over);
      if (isOver(over)) return;
    }
    let endedAfterMs: number | undefined;
    const cut = new AbortController();
    const cutOff = () => {
      cut.abort();
    };
    try {
      // The machine has lost its network: it would be noticed only when the silence has lasted.
      window.addEventListener('offline', cutOff, { signal: cut.signal });
      whenUnseen(() => {
        cut.abort(UNSEEN);
      }, cut.signal);
      const response = await options.open(told.lastId, AbortSignal.any([over, cut.signal]));
      if (response.ok && response.body) {
        pauseMs = FIRST_PAUSE_MS;
        options.onOpen(hasMissed);
        hasMissed = false;
        const openedAtMs = performance.now();
        await readBlocks(response.body, onBlock, cutOff);
        endedAfterMs = performance.now() - openedAtMs;
      }
    } catch {
      // Gone, one way or another; whoever looks at the page is told below.
    } finally {
      cut.abort();
    }
    if (isOver(over)) return;
    if (cut.signal.reason === UNSEEN) continue;
    // Nothing is gone: what happens between is told to whoever comes back with an id.
    if (endedAfterMs !== undefined && endedAfterMs >= SHORTEST_STREAM_MS && told.lastId !== undefined) continue;
    options.onGone();
    hasMissed = true;
    await pause(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** Once the page has been out of sight for a while, unless the signal comes before. */
function whenUnseen(act: () => void, signal: AbortSignal): void {
  let timer: number | undefined;
  const look = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(act, UNSEEN_MS);
  };
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', () => {
    window.clearTimeout(timer);
  });
}

/** Somebody looks at the page, or it is over. */
function untilSeen(over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const seen = new AbortController();
    const look = () => {
      if (document.hidden && !over.aborted) return;
      seen.abort();
      resolve();
    };
    document.addEventListener('visibilitychange', look, { signal: seen.signal });
    over.addEventListener('abort', look, { signal: seen.signal });
  });
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
