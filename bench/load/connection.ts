import { connect, type Socket } from 'node:net';
import type { Answer } from './request.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)\r\n/i;
const STATUS_AT = 'HTTP/1.1 '.length;

/**
 * One HTTP/1.1 connection that asks one thing at a time. The load shares its cores with what it measures, so this does
 * the least that a client can do: it takes answers that say their length, which all of ours do.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #onAnswer: (answer: Answer) => void = () => undefined;

  private constructor(socket: Socket, onLost: (error: Error) => void) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#read();
    });
    socket.on('error', onLost);
    socket.on('end', () => {
      onLost(new Error('the server closed a connection'));
    });
  }

  static open(url: URL, onLost: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, onLost));
      });
    });
  }

  send(text: string, onAnswer: (answer: Answer) => void): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd + 2);
    const length = CONTENT_LENGTH.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer that does not say its length:\n${head}`);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = bodyStart + Number(length);
    if (this.#received.length < bodyEnd) return;
    const body = this.#received.subarray(bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    this.#onAnswer({ status: Number(head.slice(STATUS_AT, STATUS_AT + 3)), body });
  }
}
