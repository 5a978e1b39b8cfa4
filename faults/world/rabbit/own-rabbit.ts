import type { ChildProcess } from 'node:child_process';
import { findFreePort } from '../../../src/platform/free-port.ts';
import { RabbitNode, spawnPortMapper } from './node.ts';
import { endGroup } from './own-process.ts';

/** A RabbitMQ of one node. */
export class OwnRabbit {
  readonly node: RabbitNode;
  readonly #portMapper: ChildProcess;

  private constructor(node: RabbitNode, portMapper: ChildProcess) {
    this.node = node;
    this.#portMapper = portMapper;
  }

  static async start(folder: string, program: string): Promise<OwnRabbit> {
    const portMapperPort = await findFreePort();
    const name = `faults-${process.pid}@localhost`;
    const node = await RabbitNode.prepare({ folder, home: folder, program, name, portMapperPort, configuration: '' });
    const rabbit = new OwnRabbit(node, spawnPortMapper(folder, portMapperPort));
    try {
      await rabbit.startAgain();
    } catch (error) {
      await rabbit.stop();
      throw error;
    }
    return rabbit;
  }

  get port(): number {
    return this.node.port;
  }

  async startAgain(): Promise<void> {
    await this.node.start();
  }

  /** SIGTERM lets it close in good order; SIGKILL does not. */
  async stopNode(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.node.stop(signal);
  }

  /** All that it knew is gone: queues, exchanges, messages. */
  async wipe(): Promise<void> {
    await this.stopNode('SIGKILL');
    await this.node.forget();
    await this.startAgain();
  }

  /** `rabbitmqctl`, for this node. */
  async control(...words: readonly string[]): Promise<void> {
    await this.node.control(...words);
  }

  async stop(): Promise<void> {
    await this.stopNode('SIGKILL');
    await endGroup(this.#portMapper, 'SIGKILL');
  }
}
