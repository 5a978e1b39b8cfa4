import { destination, pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import { isoTime } from './iso-time.ts';

export type { Logger } from 'pino';

const STANDARD_ERROR = 2;
/** Lines are written together, once there are this many bytes of them or this long after the first. */
const GATHERED_BYTES = 8_192;
const GATHERED_MS = 100;

/** Paths whose values never reach a log line. */
const REDACTED_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  '*.password',
  '*.authorization',
  'databaseUrl',
  'brokerUrl',
];

/**
 * JSON lines, UTC times in ISO form, on standard error (what a command prints as its result is on standard output)
 * unless another stream is given, which tests read back.
 */
export function createLogger(level = 'info', stream: DestinationStream = standardError()): Logger {
  const options = {
    level,
    timestamp: () => `,"time":"${isoTime(new Date())}"`,
    base: null,
    redact: REDACTED_PATHS,
    serializers: { err: serializeError },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, stream);
}

/** What PostgreSQL adds to an error: the row that it refused, or the statement with its values. */
const WITH_VALUES = new Set(['detail', 'hint', 'where', 'internalQuery', 'parameters']);

/** An error as a line of the log has it: what went wrong and where, without whose data it went wrong with. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return Object.fromEntries(Object.entries(stdSerializers.err(error)).filter(([name]) => !WITH_VALUES.has(name)));
}

/**
 * A write for each line would be a tenth of what answering a request costs. What is gathered is written before the
 * process ends, whatever ends it short of kill -9; a fatal line is written at once. A line that is left at the exit,
 * because its reader has gone, would be tried again for ever: a write before that hears of the broken pipe, and the rest
 * is given up.
 */
function standardError(): DestinationStream {
  const stream = destination({ dest: STANDARD_ERROR, sync: true, minLength: GATHERED_BYTES });
  setInterval(() => {
    stream.flush();
  }, GATHERED_MS).unref();
  process.prependListener('exit', () => {
    stream.flush();
  });
  return stream;
}

/** A logger of lines whose every field is named where they are written, so that nothing in them needs looking for. */
export function withoutRedaction(logger: Logger): Logger {
  return logger.child({}, { redact: [] });
}

/** A logger that says nothing, for tests that do not look at the log. */
export const silentLogger: Logger = pino({ level: 'silent' });
