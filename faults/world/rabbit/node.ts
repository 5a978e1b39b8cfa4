import { execFile, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort } from '../../../src/platform/free-port.ts';
import { endGroup, hasEnded, signalGroup, spawnGroup } from './own-process.ts';

/** Debian's command would become the user "rabbitmq", who cannot write here; the script behind it runs as whoever starts it. */
const PROGRAMS = ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server'];
/**
 * Half an hour by default: whoever holds a message for so long is cancelled with 406. Here it is shorter than a worker
 * waits for a silent gateway.
 */
const ERLANG_ARGUMENTS = '-rabbit consumer_timeout 5000 -rabbit channel_tick_interval 1000';
const CONTROL_TIMEOUT_MS = 30_000;
const START_PATIENCE_MS = 90_000;
const ASK_INTERVAL_MS = 100;

/** Undefined: this machine has no RabbitMQ to start. */
export function findRabbitServer(): string | undefined {
  return PROGRAMS.find((path) => existsSync(path));
}

/** Of Erlang's own directory of nodes, where nodes of one cluster find each other. */
export function spawnPortMapper(folder: string, port: number): ChildProcess {
  // Left to itself a node would start one that outlives everything.
  const environment = { PATH: process.env['PATH'], HOME: folder };
  return spawnGroup({ program: 'epmd', args: ['-port', String(port)], folder, environment });
}

export interface NodeOptions {
  readonly program: string;
  /** Of this node alone. */
  readonly folder: string;
  /** The Erlang cookie is made there; nodes of one cluster share it. */
  readonly home: string;
  readonly name: string;
  readonly portMapperPort: number;
  /** The text of its rabbitmq.conf. */
  readonly configuration: string;
}

/** A RabbitMQ node of the harness's own: name, ports, folders and cookie are nobody else's. */
export class RabbitNode {
  readonly name: string;
  readonly port: number;
  readonly #folder: string;
  readonly #program: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;

  private constructor(options: NodeOptions, ports: { readonly amqp: number; readonly distribution: number }) {
    const { folder, home, name, program, portMapperPort } = options;
    this.name = name;
    this.port = ports.amqp;
    this.#folder = folder;
    this.#program = program;
    this.#environment = {
      PATH: process.env['PATH'],
      HOME: home,
      LANG: 'C.UTF-8',
      ERL_EPMD_PORT: String(portMapperPort),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: ERLANG_ARGUMENTS,
      RABBITMQ_NODENAME: name,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(ports.amqp),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    };
  }

  /** Its folder and its ports; it is not started. */
  static async prepare(options: NodeOptions): Promise<RabbitNode> {
    await mkdir(options.folder, { recursive: true });
    await writeFile(join(options.folder, 'rabbitmq.conf'), options.configuration);
    await writeFile(join(options.folder, 'plugins'), '[].\n');
    return new RabbitNode(options, { amqp: await findFreePort(), distribution: await findFreePort() });
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  async start(): Promise<void> {
    const node = spawnGroup({
      program: this.#program,
      args: [],
      folder: this.#folder,
      environment: this.#environment,
    });
    this.#process = node;
    const deadline = performance.now() + START_PATIENCE_MS;
    while (performance.now() < deadline && !hasEnded(node)) {
      if (await speaksAmqp(this.port)) return;
      await delay(ASK_INTERVAL_MS);
    }
    throw new Error(`RabbitMQ does not start; its log is in ${join(this.#folder, 'log')}`);
  }

  /** SIGTERM lets it close in good order; SIGKILL does not. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.#process;
    this.#process = undefined;
    if (node) await endGroup(node, signal);
  }

  /** Holds it where it is, its connections open, as a machine that hangs. */
  freeze(): void {
    if (this.#process) signalGroup(this.#process, 'SIGSTOP');
  }

  thaw(): void {
    if (this.#process) signalGroup(this.#process, 'SIGCONT');
  }

  async forget(): Promise<void> {
    await rm(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  /** `rabbitmqctl`, for this node. */
  async control(...words: readonly string[]): Promise<string> {
    const program = join(dirname(this.#program), 'rabbitmqctl');
    const options = { env: this.#environment, timeout: CONTROL_TIMEOUT_MS };
    const { stdout } = await promisify(execFile)(program, words, options);
    return stdout;
  }

  /** The group of its processes, by the id of the first. */
  get processGroup(): number | undefined {
    return this.#process?.pid;
  }
}

/** A node that is up answers a greeting that it does not know with its own, and closes; until then nobody listens. */
export function speaksAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('HELLO!!!'));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('data', (bytes) => {
      resolve(bytes.subarray(0, 4).toString() === 'AMQP');
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(false);
    });
  });
}
