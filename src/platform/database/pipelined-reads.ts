import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { Overloaded } from '../sharing/coalesce.ts';
import { connectPipelined, DatabaseUnavailable, isUnavailable } from './postgres.ts';

/** Whatever answers a statement that stands alone and changes nothing: a pool, or connections that reads share. */
export interface Reads {
  query<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>>;
}

export interface PipelinedReadsOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly connections: number;
  /** Statements that may be on their way at once; beyond it a read is refused as Overloaded. */
  readonly mostUnderway?: number;
}

interface Lane {
  readonly client: Promise<Client>;
  underway: number;
  hasAnswered: boolean;
}

const MOST_UNDERWAY = 10_000;

/**
 * Sends the reads of one turn of the event loop together, as one packet for each connection, and does not wait for the
 * answers to those before them. A pool sends each by itself on a connection of its own, which for a page of a list took
 * a third of what the page costs. Each read goes to the connection where the fewest are under way: what is asked here
 * should be answered soon, because others stand behind it.
 */
export class PipelinedReads implements Reads {
  readonly #options: PipelinedReadsOptions;
  readonly #lanes: Lane[] = [];
  #waiting: (() => void)[] = [];
  #underway = 0;

  constructor(options: PipelinedReadsOptions) {
    this.#options = options;
  }

  /**
   * @throws Overloaded when too many are under way
   * @throws DatabaseUnavailable when the database is away
   */
  async query<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>> {
    if (this.#underway >= (this.#options.mostUnderway ?? MOST_UNDERWAY)) {
      throw new Overloaded('too much is being read already');
    }
    this.#underway += 1;
    try {
      await this.#turn();
      return await this.#ask<Row>(statement);
    } finally {
      this.#underway -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#lanes.splice(0).map(async ({ client }) => (await client).end()));
  }

  /** Resolves at the end of this turn of the event loop, for all that wait for it in one go. */
  #turn(): Promise<void> {
    if (this.#waiting.length === 0) {
      setImmediate(() => {
        for (const go of this.#waiting.splice(0)) go();
      });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #ask<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>> {
    for (let dead = 0; ; dead += 1) {
      const lane = this.#freest();
      try {
        return await this.#askOn<Row>(lane, statement);
      } catch (error) {
        // A connection that died, idle or not, says nothing about the database: a new one may work. All may have died.
        const mayWork = lane.hasAnswered && dead < this.#options.connections && isUnavailable(error);
        if (!mayWork) throw error;
      }
    }
  }

  async #askOn<Row extends QueryResultRow>(lane: Lane, statement: QueryConfig): Promise<QueryResult<Row>> {
    lane.underway += 1;
    try {
      const result = await (await lane.client).query<Row>(statement);
      lane.hasAnswered = true;
      return result;
    } catch (error) {
      if (isUnavailable(error)) this.#drop(lane);
      throw error;
    } finally {
      lane.underway -= 1;
    }
  }

  #freest(): Lane {
    const [first, ...others] = this.#lanes;
    const freest = first && others.reduce((best, lane) => (lane.underway < best.underway ? lane : best), first);
    if (freest && (freest.underway === 0 || this.#lanes.length === this.#options.connections)) return freest;
    const lane: Lane = { client: this.#connect(), underway: 0, hasAnswered: false };
    this.#lanes.push(lane);
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
