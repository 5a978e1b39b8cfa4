import { connect, type Socket } from 'node:net';

/** What a server said on one connection until it closed it. */
export interface RawExchange {
  readonly text: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly durationMs: number;
}

export interface Drip {
  readonly text: string;
  readonly intervalMs: number;
}

const LONGEST_EXCHANGE_MS = 20_000;

/**
 * Sends bytes as they are, and after them `drip` over and over, until the server closes the connection.
 *
 * @throws Error when the server has not closed it within 20 seconds
 */
export function rawExchange(port: number, request: string, drip?: Drip): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'));
    const dripping = drip && setInterval(() => socket.write(drip.text), drip.intervalMs);
    const patience = setTimeout(() => {
      socket.destroy(new Error('the server keeps the connection open'));
    }, LONGEST_EXCHANGE_MS);
    let failure: Error | undefined;
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that has answered and closed resets the connection that still drips.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') failure = error;
    });
    socket.on('close', () => {
      clearInterval(dripping);
      clearTimeout(patience);
      if (failure) reject(failure);
      else resolve({ ...parse(Buffer.concat(chunks).toString()), durationMs: performance.now() - begun });
    });
  });
}

/** Sends the head of a request, and resets the connection once the server has asked for the body. */
export function breakOff(port: number, head: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}Expect: 100-continue\r\n\r\n`));
    socket.once('data', () => socket.resetAndDestroy());
    socket.once('error', reject);
    socket.once('close', () => {
      resolve();
    });
  });
}

/** Sends the head of a request and one byte of its body; answers with the open socket once the server waits for more. */
export function beginBody(port: number, head: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}Expect: 100-continue\r\n\r\n{`));
    socket.once('data', () => {
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

function parse(text: string): Omit<RawExchange, 'durationMs'> {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map(
    (line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 2)] as const,
  );
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
  return {
    text,
    status: status === undefined ? undefined : Number(status),
    headers: Object.fromEntries(headers),
    body,
  };
}
