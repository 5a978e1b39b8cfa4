import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort } from '../../src/platform/free-port.ts';

/** Debian's command would become the user "rabbitmq", who cannot write here; the script behind it runs as whoever starts it. */
const PROGRAMS = ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server'];
/**
 * Half an hour by default: whoever holds a message for so long is cancelled with 406. Here it is shorter than a worker
 * waits for a silent gateway.
 */
const ERLANG_ARGUMENTS = '-rabbit consumer_timeout 5000 -rabbit channel_tick_interval 1000';
const CONTROL_TIMEOUT_MS = 30_000;
const START_PATIENCE_MS = 90_000;
const STOP_PATIENCE_MS = 20_000;
const ASK_INTERVAL_MS = 100;

/** Undefined: this machine has no RabbitMQ to start. */
export function findRabbitServer(): string | undefined {
  return PROGRAMS.find((path) => existsSync(path));
}

/** A RabbitMQ node of the harness's own: name, ports, folders and cookie are nobody else's. */
export class OwnRabbit {
  readonly port: number;
  readonly #folder: string;
  readonly #program: string;
  readonly #environment: NodeJS.ProcessEnv;
  #epmd: ChildProcess | undefined;
  #node: ChildProcess | undefined;

  private constructor(folder: string, program: string, ports: { node: number; distribution: number; epmd: number }) {
    this.port = ports.node;
    this.#folder = folder;
    this.#program = program;
    this.#environment = {
      PATH: process.env['PATH'],
      // The Erlang cookie is made in the home folder.
      HOME: folder,
      LANG: 'C.UTF-8',
      ERL_EPMD_PORT: String(ports.epmd),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: ERLANG_ARGUMENTS,
      RABBITMQ_NODENAME: `faults-${process.pid}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(ports.node),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    };
  }

  static async start(folder: string, program: string): Promise<OwnRabbit> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'rabbitmq.conf'), '');
    await writeFile(join(folder, 'plugins'), '[].\n');
    const ports = { node: await findFreePort(), distribution: await findFreePort(), epmd: await findFreePort() };
    const rabbit = new OwnRabbit(folder, program, ports);
    // Left to itself the node would start one that outlives everything.
    rabbit.#epmd = rabbit.#spawn('epmd', ['-port', String(ports.epmd)]);
    try {
      await rabbit.startAgain();
    } catch (error) {
      await rabbit.stop();
      throw error;
    }
    return rabbit;
  }

  async startAgain(): Promise<void> {
    const node = this.#spawn(this.#program, []);
    this.#node = node;
    const deadline = performance.now() + START_PATIENCE_MS;
    while (performance.now() < deadline) {
      if (node.exitCode !== null || node.signalCode !== null) break;
      if (await speaksAmqp(this.port)) return;
      await delay(ASK_INTERVAL_MS);
    }
    throw new Error(`RabbitMQ does not start; its log is in ${join(this.#folder, 'log')}`);
  }

  /** SIGTERM lets it close in good order; SIGKILL does not. */
  async stopNode(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.#node;
    this.#node = undefined;
    if (node) await endGroup(node, signal);
  }

  /** All that it knew is gone: queues, exchanges, messages. */
  async wipe(): Promise<void> {
    await this.stopNode('SIGKILL');
    await rm(join(this.#folder, 'data'), { recursive: true, force: true });
    await this.startAgain();
  }

  /** `rabbitmqctl`, for this node. */
  async control(...words: readonly string[]): Promise<void> {
    const program = join(dirname(this.#program), 'rabbitmqctl');
    await promisify(execFile)(program, words, { env: this.#environment, timeout: CONTROL_TIMEOUT_MS });
  }

  async stop(): Promise<void> {
    await this.stopNode('SIGKILL');
    if (this.#epmd) await endGroup(this.#epmd, 'SIGKILL');
  }

  /** In a process group of its own, which goes with the harness, however that ends short of kill -9. */
  #spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, {
      cwd: this.#folder,
      env: this.#environment,
      stdio: 'ignore',
      detached: true,
    });
    child.on('error', () => undefined);
    const endWithUs = (): void => {
      signalGroup(child, 'SIGKILL');
    };
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    return child;
  }
}

async function endGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, signal);
  const timer = setTimeout(() => {
    signalGroup(child, 'SIGKILL');
  }, STOP_PATIENCE_MS);
  await ended;
  clearTimeout(timer);
  // The script that started it may end before what it started.
  signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

/** A node that is up answers a greeting that it does not know with its own, and closes; until then nobody listens. */
function speaksAmqp(port: number): Promise<boolean> {
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
