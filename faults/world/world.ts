import { createWriteStream, type WriteStream } from 'node:fs';
import { Fleet } from '../../src/cli/stack/fleet.ts';
import { RoundRobinProxy } from '../../src/cli/stack/round-robin-proxy.ts';
import type { RoleProcess } from '../../src/cli/stack/role-process.ts';
import { findFreePort } from '../../src/platform/free-port.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { Books } from './books.ts';
import { planProcesses } from './fleet-plan.ts';
import { makeFolders, removeFolders, type Folders } from './folders.ts';
import { OwnPostgres } from './postgres.ts';
import { RabbitCluster } from './rabbit/cluster.ts';
import { OwnRabbit } from './rabbit/own-rabbit.ts';
import { Wire } from './wire.ts';

export interface WorldOptions {
  readonly webs: number;
  readonly workers: number;
  readonly mayMount: boolean;
  readonly rabbitProgram: string;
  /** RabbitMQ is three nodes behind a proxy. */
  readonly isCluster: boolean;
}

const GATEWAY_DATABASE = 'gateway';
/** Node's last line about an error that nobody caught. */
const CRASH = /^Node\.js v\d/;

/** The system as it runs in production, every pair of its parts joined by a wire, and all of it ours to break. */
export class World {
  readonly folders: Folders;
  #postgres: OwnPostgres | undefined;
  #rabbit: OwnRabbit | undefined;
  #cluster: RabbitCluster | undefined;
  #fleet: Fleet | undefined;
  #front: RoundRobinProxy | undefined;
  #gatewayPort = 0;
  readonly #log: WriteStream;
  /** Processes that ended of an error that nobody caught. */
  readonly crashes: string[] = [];
  readonly wires = {
    clientWeb: new Wire('client to web'),
    webPostgres: new Wire('web to PostgreSQL'),
    workerPostgres: new Wire('worker to PostgreSQL'),
    gatewayPostgres: new Wire('gateway to PostgreSQL'),
    webRabbit: new Wire('web to RabbitMQ'),
    workerRabbit: new Wire('worker to RabbitMQ'),
  };
  /** One for each worker. */
  readonly gatewayWires: readonly Wire[];
  readonly books = new Books(() => this.postgres.url);
  readonly gatewayBooks = new Books(() => databaseOn(this.postgres.url, GATEWAY_DATABASE));

  private constructor(folders: Folders, workers: number) {
    this.folders = folders;
    this.#log = createWriteStream(folders.log);
    this.gatewayWires = Array.from({ length: workers }, (_, index) => new Wire(`worker ${index + 1} to gateway`));
  }

  static async start(options: WorldOptions): Promise<World> {
    const world = new World(await makeFolders(options.mayMount), options.workers);
    try {
      await world.#start(options);
      return world;
    } catch (error) {
      console.error(`faults: what the processes said is in ${world.folders.log}`);
      await world.stop({ keepFolder: true });
      throw error;
    }
  }

  get postgres(): OwnPostgres {
    return present(this.#postgres);
  }

  get rabbit(): OwnRabbit {
    return present(this.#rabbit);
  }

  get cluster(): RabbitCluster {
    return present(this.#cluster);
  }

  /** Past every wire; of a cluster, that of the proxy before it. */
  get rabbitPort(): number {
    return (this.#cluster ?? this.rabbit).port;
  }

  get webs(): readonly RoleProcess[] {
    return this.#processes('web');
  }

  get workers(): readonly RoleProcess[] {
    return this.#processes('worker');
  }

  get gateway(): RoleProcess {
    return present(this.#processes('gateway')[0]);
  }

  /** As customers reach it. */
  get shopUrl(): string {
    return `http://127.0.0.1:${this.wires.clientWeb.port}`;
  }

  /** Past every wire. */
  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#gatewayPort}`;
  }

  get allWires(): readonly Wire[] {
    return [...Object.values(this.wires), ...this.gatewayWires];
  }

  /** PostgreSQL is back, on another port. */
  async startPostgresAgain(): Promise<void> {
    await this.postgres.startAgain();
    this.#leadToPostgres();
  }

  /** Every process is there and well. */
  async untilHealthy(): Promise<void> {
    await present(this.#fleet).untilHealthy();
  }

  note(text: string): void {
    this.#log.write(`${new Date().toISOString()} faults    | ${text}\n`);
  }

  /** Ends all that was started; the folder stays when it is wanted. */
  async stop({ keepFolder = false } = {}): Promise<void> {
    this.#front?.stopListening();
    await this.#fleet?.stop();
    await Promise.allSettled([this.books.close(), this.gatewayBooks.close()]);
    await Promise.allSettled(this.allWires.map((wire) => wire.close()));
    await Promise.allSettled([this.#postgres?.stop(), this.#rabbit?.stop(), this.#cluster?.stop()]);
    this.#log.end();
    if (!keepFolder) await removeFolders(this.folders);
  }

  async #start({ webs, workers, rabbitProgram, isCluster }: WorldOptions): Promise<void> {
    const starting = await Promise.allSettled([
      OwnPostgres.start(this.folders.postgres).then((postgres) => (this.#postgres = postgres)),
      isCluster
        ? RabbitCluster.start(this.folders.rabbit, rabbitProgram).then((cluster) => (this.#cluster = cluster))
        : OwnRabbit.start(this.folders.rabbit, rabbitProgram).then((rabbit) => (this.#rabbit = rabbit)),
    ]);
    for (const result of starting) if (result.status === 'rejected') throw result.reason;
    await Promise.all(this.allWires.map((wire) => wire.listen()));
    this.#leadToPostgres();
    await this.books.query(`CREATE DATABASE ${GATEWAY_DATABASE}`);
    await Promise.all([migrate(this.postgres.url), migrate(databaseOn(this.postgres.url, GATEWAY_DATABASE))]);

    const ports = { gateway: await findFreePort(), webs: await freePorts(webs), workers: await freePorts(workers) };
    this.#gatewayPort = ports.gateway;
    for (const wire of this.gatewayWires) wire.leadTo(ports.gateway);
    for (const wire of [this.wires.webRabbit, this.wires.workerRabbit]) wire.leadTo(this.rabbitPort);
    const plans = planProcesses(this.folders, {
      databaseUrl: {
        web: through(this.wires.webPostgres, this.postgres.url),
        worker: through(this.wires.workerPostgres, this.postgres.url),
        gateway: through(this.wires.gatewayPostgres, databaseOn(this.postgres.url, GATEWAY_DATABASE)),
      },
      brokerUrl: { web: brokerUrl(this.wires.webRabbit), worker: brokerUrl(this.wires.workerRabbit) },
      gatewayUrls: this.gatewayWires.map(({ port }) => `http://127.0.0.1:${port}`),
      ports,
    });
    const write = (name: string, text: string): void => {
      if (CRASH.test(text)) this.crashes.push(name);
      this.#log.write(`${new Date().toISOString()} ${name.padEnd(9)} | ${text}\n`);
    };
    this.#fleet = new Fleet(plans, {
      line: write,
      died: (name, how) => {
        write(name, `!! ${how}`);
      },
    });
    await this.#fleet.start();
    this.#front = new RoundRobinProxy(ports.webs);
    await this.#front.listen({ host: '127.0.0.1', port: 0 });
    const address = this.#front.server.address();
    if (typeof address === 'object' && address) this.wires.clientWeb.leadTo(address.port);
  }

  #leadToPostgres(): void {
    const { webPostgres, workerPostgres, gatewayPostgres } = this.wires;
    for (const wire of [webPostgres, workerPostgres, gatewayPostgres]) wire.leadTo(this.postgres.port);
  }

  #processes(role: string): readonly RoleProcess[] {
    return present(this.#fleet).processes.filter(({ plan }) => plan.role === role);
  }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the world is not up yet');
  return value;
}

function through(wire: Wire, address: string): string {
  const url = new URL(address);
  url.port = String(wire.port);
  return url.href;
}

function databaseOn(address: string, name: string): string {
  const url = new URL(address);
  url.pathname = `/${name}`;
  return url.href;
}

function brokerUrl(wire: Wire): string {
  return `amqp://guest:guest@127.0.0.1:${wire.port}`;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}
