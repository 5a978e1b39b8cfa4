/**
 * A fault that the person who starts Roundtrip can mend: a port in use, a wrong setting, an unreadable folder. Its
 * message is one line that says what is wrong and what to do; the command prints it without a stack and exits with 1.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
