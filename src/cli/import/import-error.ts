/**
 * What stops an import and can be said in one line: a row that cannot be read, an answer that the plan did not expect.
 * The command prints the message without a stack and exits with 1.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** A wrong way of calling the command (an unknown format, an address that is none); it exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
