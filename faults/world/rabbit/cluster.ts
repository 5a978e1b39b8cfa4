import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../../src/platform/free-port.ts';
import { RabbitNode, spawnPortMapper, speaksAmqp } from './node.ts';
import { endGroup, spawnGroup } from './own-process.ts';

const NODES = [1, 2, 3];
const PATIENCE_MS = 90_000;
const ASK_INTERVAL_MS = 100;
/** Configurations as whoever has a cluster is told to take them. */
const EXAMPLES = new URL('../../../deploy/rabbitmq-cluster/', import.meta.url);

/** Why there can be no cluster here; undefined: there can. */
export function clusterAbsence(): string | undefined {
  return spawnSync('haproxy', ['-v']).error ? 'haproxy is not installed' : undefined;
}

/** Three nodes of RabbitMQ as one cluster, and HAProxy before them. */
export class RabbitCluster {
  readonly nodes: readonly RabbitNode[];
  /** Of the proxy. */
  readonly port: number;
  readonly #portMapper: ChildProcess;
  readonly #proxy: ChildProcess;

  private constructor(parts: {
    readonly nodes: readonly RabbitNode[];
    readonly port: number;
    readonly portMapper: ChildProcess;
    readonly proxy: ChildProcess;
  }) {
    this.nodes = parts.nodes;
    this.port = parts.port;
    this.#portMapper = parts.portMapper;
    this.#proxy = parts.proxy;
  }

  static async start(folder: string, program: string): Promise<RabbitCluster> {
    await mkdir(folder, { recursive: true });
    const cookie = join(folder, '.erlang.cookie');
    await writeFile(cookie, `faults${process.pid}`);
    await chmod(cookie, 0o400);
    const nameOf = (number: number): string => `faults-${process.pid}-${number}@localhost`;
    const configuration = (await readFile(new URL('rabbitmq.conf', EXAMPLES), 'utf8')).replaceAll(
      /rabbit@rabbit(\d)/g,
      (_name, number: string) => nameOf(Number(number)),
    );
    const portMapperPort = await findFreePort();
    const nodes: RabbitNode[] = [];
    for (const number of NODES) {
      const own = { name: nameOf(number), folder: join(folder, `node-${number}`) };
      nodes.push(await RabbitNode.prepare({ ...own, home: folder, program, portMapperPort, configuration }));
    }
    const port = await findFreePort();
    const cluster = new RabbitCluster({
      nodes,
      port,
      portMapper: spawnPortMapper(folder, portMapperPort),
      proxy: await startProxy(folder, port, nodes),
    });
    try {
      await Promise.all(nodes.map((node) => node.start()));
      await cluster.untilWhole();
      await until('the proxy leads to a node', () => speaksAmqp(port));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get running(): readonly RabbitNode[] {
    return this.nodes.filter(({ isRunning }) => isRunning);
  }

  /** How many of the queues each node leads, by its name. */
  async leaders(): Promise<ReadonlyMap<string, number>> {
    const answers = await this.running[0]?.control('-q', 'list_queues', '--no-table-headers', 'leader');
    const leaders = (answers ?? '').split('\n').filter((line) => line !== '');
    return new Map([...Map.groupBy(leaders, (name) => name)].map(([name, { length }]) => [name, length]));
  }

  /** The node that leads most queues. */
  async leader(): Promise<RabbitNode> {
    const [most] = [...(await this.leaders())].toSorted(([, one], [, other]) => other - one);
    const leader = this.nodes.find(({ name }) => name === most?.[0]);
    if (!leader) throw new Error('no node leads a queue');
    return leader;
  }

  async startAll(): Promise<void> {
    await Promise.all(this.nodes.filter(({ isRunning }) => !isRunning).map((node) => node.start()));
  }

  async stop(): Promise<void> {
    await endGroup(this.#proxy, 'SIGKILL');
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')));
    await endGroup(this.#portMapper, 'SIGKILL');
  }

  /** Every node knows of every other one. */
  async untilWhole(): Promise<void> {
    for (const node of this.nodes) await until(`${node.name} sees the others`, () => seesAll(node));
  }
}

async function startProxy(folder: string, port: number, nodes: readonly RabbitNode[]): Promise<ChildProcess> {
  const text = (await readFile(new URL('haproxy.cfg', EXAMPLES), 'utf8'))
    .replace('bind :5672', `bind 127.0.0.1:${port}`)
    .replaceAll(/ rabbit(\d):5672/g, (_address, number: string) => ` 127.0.0.1:${nodes[Number(number) - 1]?.port}`);
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, text);
  return spawnGroup({ program: 'haproxy', args: ['-db', '-f', file], folder, environment: process.env });
}

async function seesAll(node: RabbitNode): Promise<boolean> {
  try {
    const seen = await node.control('-q', 'eval', 'length(rabbit_nodes:all_running()).');
    return seen.trim() === String(NODES.length);
  } catch {
    // It is on its way, or pauses.
    return false;
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`it has not come to this: ${what}`);
    await delay(ASK_INTERVAL_MS);
  }
}
