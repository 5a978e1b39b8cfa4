import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { connectPipelined, DatabaseUnavailable, isUnavailable, sqlState } from './postgres.ts';

/** Whatever answers a statement that stands alone and changes nothing: a pool, or connections that reads share. */
export interface Reads {
  query<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>>;
}

/** Reads that may stand in a queue before they are sent. */
export interface QueuedReads extends Reads {
  /** The same reads, which say when a statement is sent: what was committed by then is seen. It may be sent again. */
  telling(isSent: () => void): Reads;
}

export interface PipelinedReadsOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  /** Few, so that many statements share a packet. */
  readonly connections: number;
  /** With those that are opened while others are held up. */
  readonly mostConnections: number;
}

/** Of statements that one connection has been sent and has not answered. */
const MOST_UNDERWAY = 8;
/**
 * While a connection answers within this, the others are left alone: one of PostgreSQL's processes keeps up with all that
 * this one can ask and answer, and a second would take the core that this one works on (docs/decisions/0031).
 */
const BRISK_MS = 5;
/**
 * A connection that is at one statement for longer gets no other behind it: a lock may hold it up. Those that are behind
 * it already are asked for on another connection as well.
 */
const SLOW_MS = 100;
/**
 * As long as asking a full pool may take. What waits for a connection is refused then; so is what stands behind another
 * that is held up, for which none was free on which it could overtake.
 */
const PATIENCE_MS = 2_000;
/**
 * There is no statement of this name. Several of one name are sent behind the first, which brings its text; where that
 * could not be parsed, because a lock on its table was not to be had, they find nothing.
 */
const UNPREPARED_STATE = '26000';

interface Waiting {
  readonly send: (lane: Lane) => Promise<void>;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  /** Answered or refused: a second place in the queue is passed over. */
  isSettled: boolean;
  hasOvertaken: boolean;
}

/** A statement's place on a connection; it may have one on another, too. */
interface Place {
  readonly waiting: Waiting;
  /** When it was taken. */
  readonly since: number;
}

interface Lane {
  readonly client: Promise<Client>;
  /** Those under way, in the order in which they are answered. A Set would keep what stood in it (decision 34). */
  readonly places: Place[];
  /** When the statement that it is at became the first of those under way. */
  firstSince: number;
  hasAnswered: boolean;
  isWatched: boolean;
}

/**
 * Sends the reads of one turn of the event loop together, as one packet for each connection, and does not wait for the
 * answers to those before them. A pool sends each by itself on a connection of its own, which for a page of a list took
 * a third of what the page costs. What is asked here should be answered soon: where every connection is at work already,
 * a few stand behind it. Beyond that they wait here, as for a pool.
 */
export class PipelinedReads implements QueuedReads {
  readonly #options: PipelinedReadsOptions;
  readonly #lanes: Lane[] = [];
  readonly #queue: Waiting[] = [];
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PipelinedReadsOptions) {
    this.#options = options;
  }

  /** @throws DatabaseUnavailable when the database is away, or no connection was free within two seconds */
  query<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>> {
    return this.#ask(statement, () => undefined);
  }

  telling(isSent: () => void): Reads {
    return { query: (statement) => this.#ask(statement, isSent) };
  }

  #ask<Row extends QueryResultRow>(statement: QueryConfig, isSent: () => void): Promise<QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      let failures = 0;
      const since = performance.now();
      const send = async (lane: Lane): Promise<void> => {
        try {
          resolve(await this.#askOn<Row>(lane, waiting, statement, isSent));
          waiting.isSettled = true;
        } catch (error) {
          failures += 1;
          const isPatient = performance.now() - since < PATIENCE_MS && failures <= this.#options.mostConnections;
          const isUnprepared = sqlState(error) === UNPREPARED_STATE;
          // A connection that died, idle or not, says nothing about the database: another may work. All may have died.
          const mayWork = isUnprepared || (isUnavailable(error) && lane.hasAnswered);
          if (mayWork && isPatient) {
            this.#enqueue(waiting);
          } else {
            const told = isUnprepared
              ? new DatabaseUnavailable('what it was sent behind failed', { cause: error })
              : error;
            reject(told instanceof Error ? told : new Error(String(told)));
            waiting.isSettled = true;
          }
        }
      };
      const waiting: Waiting = { send, reject, since, isSettled: false, hasOvertaken: false };
      this.#enqueue(waiting);
    });
  }

  /** What is under way is answered; what waits is refused. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const { reject } of this.#queue.splice(0)) reject(new DatabaseUnavailable('the connections are closed'));
    await Promise.allSettled(this.#lanes.splice(0).map(async ({ client }) => (await client).end()));
  }

  #enqueue(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#schedule();
  }

  /** At the end of this turn of the event loop, all that came in it in one go. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const now = performance.now();
    for (let first = this.#firstWaiting(); first; first = this.#firstWaiting()) {
      const lane = this.#laneFor(now, first);
      if (!lane) {
        this.#refuseInTime(first, now);
        return;
      }
      this.#queue.shift();
      void first.send(lane);
    }
  }

  /** Those before it that were answered on another connection meanwhile are gone from the queue. */
  #firstWaiting(): Waiting | undefined {
    while (this.#queue[0]?.isSettled) this.#queue.shift();
    return this.#queue[0];
  }

  #refuseInTime(first: Waiting, now: number): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#refuseLate();
        this.#dispatch();
      },
      Math.max(0, first.since + PATIENCE_MS - now),
    );
  }

  #refuseLate(): void {
    const latest = performance.now() - PATIENCE_MS;
    while (this.#queue[0] && this.#queue[0].since <= latest) {
      this.#queue.shift()?.reject(new DatabaseUnavailable('no connection was free in time'));
    }
  }

  /**
   * The first that is brisk, or a new one, or the one with the fewest under way; undefined: all have enough to do. What
   * overtakes may be held up as well, and goes where nothing stands before it as long as there is such a place.
   */
  #laneFor(now: number, { hasOvertaken }: Waiting): Lane | undefined {
    const { connections, mostConnections } = this.#options;
    let best: Lane | undefined;
    let quick = 0;
    for (const lane of this.#lanes) {
      if (lane.places.length > 0 && now - lane.firstSince > SLOW_MS) continue;
      quick += 1;
      const [first] = lane.places;
      const isBrisk = !first || (!hasOvertaken && now - first.since <= BRISK_MS);
      if (isBrisk && lane.places.length < MOST_UNDERWAY) return lane;
      if (!best || lane.places.length < best.places.length) best = lane;
    }
    if ((hasOvertaken || quick < connections) && this.#lanes.length < mostConnections) return this.#open();
    return best && best.places.length < MOST_UNDERWAY ? best : undefined;
  }

  async #askOn<Row extends QueryResultRow>(
    lane: Lane,
    waiting: Waiting,
    statement: QueryConfig,
    isSent: () => void,
  ): Promise<QueryResult<Row>> {
    if (lane.places.length === 0) lane.firstSince = performance.now();
    else this.#watch(lane);
    const place: Place = { waiting, since: performance.now() };
    lane.places.push(place);
    try {
      const client = await lane.client;
      isSent();
      const result = await client.query<Row>(statement);
      lane.hasAnswered = true;
      return result;
    } catch (error) {
      if (isUnavailable(error)) this.#drop(lane);
      throw error;
    } finally {
      lane.places.splice(lane.places.indexOf(place), 1);
      lane.firstSince = performance.now();
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  /** Sees to it that those behind a statement that takes long do not wait for it. */
  #watch(lane: Lane): void {
    if (lane.isWatched) return;
    lane.isWatched = true;
    const timer = setTimeout(() => {
      lane.isWatched = false;
      if (lane.places.length < 2) return;
      if (performance.now() - lane.firstSince < SLOW_MS) this.#watch(lane);
      else this.#overtake(lane);
    }, SLOW_MS);
    timer.unref();
  }

  /** Reads change nothing, so each of those behind the first may be done twice; whichever answer comes first is taken. */
  #overtake(lane: Lane): void {
    const [, ...behind] = lane.places;
    const overtaking = behind.map(({ waiting }) => waiting).filter(({ hasOvertaken }) => !hasOvertaken);
    if (overtaking.length === 0) return;
    for (const waiting of overtaking) waiting.hasOvertaken = true;
    this.#queue.unshift(...overtaking);
    this.#schedule();
  }

  #open(): Lane {
    const lane: Lane = {
      client: this.#connect(),
      places: [],
      firstSince: 0,
      hasAnswered: false,
      isWatched: false,
    };
    this.#lanes.push(lane);
    lane.client.then(
      (client) =>
        client.once('end', () => {
          this.#drop(lane);
        }),
      () => {
        this.#drop(lane);
      },
    );
    return lane;
  }

  #drop(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at === -1) return;
    this.#lanes.splice(at, 1);
    lane.client.then((client) => client.end()).catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    const { databaseUrl, applicationName } = this.#options;
    try {
      return await connectPipelined(databaseUrl, applicationName);
    } catch (error) {
      throw new DatabaseUnavailable('the database cannot be reached', { cause: error });
    }
  }
}
