import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Which way bytes go: from the one that connected, or back to it. */
export type Direction = 'there' | 'back';

/**
 * What becomes of bytes: passed on; passed on late; half of them passed on, and the connection closed; the connection
 * reset in their place; held until the trouble is over.
 */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

/** Looks at each piece of a connection before it goes on; 'hold' keeps this one and all after it from arriving. */
export type Tap = (direction: Direction, bytes: Buffer) => 'pass' | 'hold';

const NONE: Trouble = { kind: 'none' };
const HOST = '127.0.0.1';

/** A small TCP proxy between two parts of the system, which can make trouble on the way. */
export class Wire {
  readonly name: string;
  #targetPort: number;
  #trouble: Trouble = NONE;
  #tap: (() => Tap) | undefined;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #held = new Set<() => void>();

  constructor(name: string, targetPort = 0) {
    this.name = name;
    this.#targetPort = targetPort;
    this.#server = createServer((client) => {
      this.#connect(client);
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Pieces that wait for the end of a silence. */
  get held(): number {
    return this.#held.size;
  }

  /** Where new connections lead: what is behind may come back on another port. */
  leadTo(port: number): void {
    this.#targetPort = port;
  }

  /** What was held goes on where the new trouble lets it. */
  make(trouble: Trouble): void {
    this.#trouble = trouble;
    for (const release of [...this.#held]) release();
  }

  heal(): void {
    this.make(NONE);
  }

  /** Taps each new connection; undefined: none any more. Connections that are open go on as they are. */
  tap(makeTap: (() => Tap) | undefined): void {
    this.#tap = makeTap;
  }

  /** Resets every connection. */
  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #connect(client: Socket): void {
    const server = connect(this.#targetPort, HOST);
    const tap = this.#tap?.();
    for (const [from, to, direction] of [
      [client, server, 'there'],
      [server, client, 'back'],
    ] as const) {
      this.#open.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#open.delete(from);
        // One that ended in good order has passed its end on, behind its last bytes.
        if (!from.readableEnded) to.destroy();
      });
      void this.#carry(from, to, direction, tap);
    }
  }

  /** One piece after the other, so that they arrive in their order whatever holds them up. */
  async #carry(from: Socket, to: Socket, direction: Direction, tap: Tap | undefined): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        if (tap?.(direction, piece) === 'hold') await new Promise(() => undefined);
        await this.#pass(piece, to);
        if (to.destroyed) return;
      }
      to.end();
    } catch {
      // The connection broke; its end is passed on by 'close'.
    }
  }

  async #pass(piece: Buffer, to: Socket): Promise<void> {
    while (this.#trouble.kind === 'silence') {
      await new Promise<void>((resolve) => {
        const release = (): void => {
          this.#held.delete(release);
          resolve();
        };
        this.#held.add(release);
      });
    }
    switch (this.#trouble.kind) {
      case 'none':
        await write(to, piece);
        return;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, this.#trouble.kind === 'delay' ? this.#trouble.delayMs : 0));
        await write(to, piece);
        return;
      case 'truncate':
        await write(to, piece.subarray(0, Math.floor(piece.length / 2)));
        to.destroy();
        return;
      case 'reset':
        to.resetAndDestroy();
    }
  }
}

async function write(to: Socket, piece: Buffer): Promise<void> {
  if (to.destroyed || to.write(piece)) return;
  await Promise.race([once(to, 'drain'), new Promise((resolve) => to.once('close', resolve))]);
}
