import { PassThrough, type Readable } from 'node:stream';
import type { Pool } from 'pg';
import type { Logger } from '../../platform/logger.ts';
import { placedPosition, readEventFeed, type PlacedEvent } from '../../queries/events/event-feed.ts';
import { eventMessage, HEARTBEAT, helloMessage, resetMessage } from './messages.ts';

export interface LiveFeedOptions {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly limits?: Partial<LiveFeedLimits>;
}

export interface LiveFeedLimits {
  readonly mostClients: number;
  /** Of these one caller may have so many: a page of the console takes one, and nobody takes the places of all others. */
  readonly mostClientsPerCaller: number;
  readonly pollIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  /** A stream ends by itself after this, and its client comes back: whoever may not listen any more is found out. */
  readonly longestStreamMs: number;
  /** A client that takes its events slower than they come is let go when this much waits for it; it may come back. */
  readonly mostWaitingBytes: number;
  /** One that comes back after more events than these is told to read everything anew. */
  readonly mostMissedEvents: number;
}

const LIMITS: LiveFeedLimits = {
  mostClients: 200,
  mostClientsPerCaller: 20,
  pollIntervalMs: 400,
  heartbeatIntervalMs: 15_000,
  longestStreamMs: 15 * 60_000,
  mostWaitingBytes: 256 * 1024,
  mostMissedEvents: 1_000,
};

const PAGE_LIMIT = 200;

/** Why somebody is not let in: all places are taken, or theirs, or nothing is served any more. */
export type NoPlace = 'full' | 'too_many_of_caller';

interface Client {
  readonly caller: string;
  readonly stream: PassThrough;
  /** The last event that it was sent. */
  position: number;
  readonly end: NodeJS.Timeout;
}

/**
 * The event feed as server-sent events. One poller a process reads it, and only while somebody listens; a client that
 * comes back with the id of the last event that it saw gets what it missed first.
 */
export class LiveFeed {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #limits: LiveFeedLimits;
  readonly #clients = new Set<Client>();
  #poller: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #position = 0;
  #failing = false;
  #closed = false;

  constructor({ pool, logger, limits }: LiveFeedOptions) {
    this.#pool = pool;
    this.#logger = logger;
    this.#limits = { ...LIMITS, ...limits };
  }

  get clients(): number {
    return this.#clients.size;
  }

  /**
   * @param caller whose places are counted together
   * @param lastSeen the id of the last event that the client has; undefined: it begins now
   */
  async join(caller: string, lastSeen: number | undefined): Promise<Readable | NoPlace> {
    const newest = await placedPosition(this.#pool);
    if (this.#closed || this.#clients.size >= this.#limits.mostClients) return 'full';
    if (this.#clientsOf(caller) >= this.#limits.mostClientsPerCaller) return 'too_many_of_caller';
    const stream = new PassThrough();
    const end = setTimeout(() => stream.end(), this.#limits.longestStreamMs);
    const client: Client = { caller, stream, position: newest, end };
    // Ahead of the feed: the database was restored to an earlier time.
    const missed = lastSeen === undefined ? 0 : newest - lastSeen;
    const hasMissedTooMuch = missed < 0 || missed > this.#limits.mostMissedEvents;
    if (!hasMissedTooMuch) client.position = newest - missed;
    stream.write(helloMessage(client.position));
    if (hasMissedTooMuch) stream.write(resetMessage(newest));
    stream.on('close', () => {
      this.#leave(client);
    });
    if (this.#clients.size === 0) this.#position = client.position;
    // Those who have more are not sent it twice: each client's own position decides.
    this.#position = Math.min(this.#position, client.position);
    this.#clients.add(client);
    this.#run();
    return stream;
  }

  /** Ends every stream; clients come back, to whoever serves then. */
  close(): void {
    this.#closed = true;
    for (const { stream } of this.#clients) stream.end();
  }

  #clientsOf(caller: string): number {
    return Array.from(this.#clients).filter((client) => client.caller === caller).length;
  }

  #run(): void {
    const { pollIntervalMs, heartbeatIntervalMs } = this.#limits;
    this.#heartbeat ??= setInterval(() => {
      for (const client of this.#clients) this.#send(client, HEARTBEAT);
    }, heartbeatIntervalMs);
    if (this.#poller) return;
    const poll = async () => {
      const more = await this.#poll();
      if (this.#clients.size === 0) this.#poller = undefined;
      else this.#poller = setTimeout(() => void poll(), more ? 0 : pollIntervalMs);
    };
    this.#poller = setTimeout(() => void poll(), 0);
  }

  async #poll(): Promise<boolean> {
    const after = this.#position;
    try {
      const page = await readEventFeed(this.#pool, { after, limit: PAGE_LIMIT });
      if (this.#failing) this.#logger.info('reading events for the live stream works again');
      this.#failing = false;
      // Somebody who came back meanwhile may have moved the position back: that is read next.
      if (this.#position !== after) return true;
      if (!page) {
        this.#position = await placedPosition(this.#pool);
        for (const client of this.#clients) {
          client.position = this.#position;
          this.#send(client, resetMessage(this.#position));
        }
        return false;
      }
      for (const event of page.events) this.#broadcast(event);
      this.#position = page.readUpTo;
      return page.readUpTo > after;
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ error: String(error) }, 'reading events for the live stream fails');
      this.#failing = true;
      return false;
    }
  }

  #broadcast(event: PlacedEvent): void {
    const message = eventMessage(event);
    for (const client of this.#clients) {
      if (event.position <= client.position) continue;
      client.position = event.position;
      this.#send(client, message);
    }
  }

  #send({ stream }: Client, message: string): void {
    if (stream.writableEnded) return;
    if (stream.writableLength + stream.readableLength > this.#limits.mostWaitingBytes) stream.destroy();
    else stream.write(message);
  }

  #leave(client: Client): void {
    clearTimeout(client.end);
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}
