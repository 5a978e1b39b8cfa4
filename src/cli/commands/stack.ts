import { Command, InvalidArgumentError } from 'commander';
import type { Config } from '../../platform/config.ts';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { findFreePort } from '../../platform/free-port.ts';
import { createLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { doorNotice, lookForDoor, type DoorState } from '../roles/door.ts';
import { listen } from '../roles/listen.ts';
import { listenForStop, runUntilStopped } from '../run-until-stopped.ts';
import { chooseBroker, NO_BROKER } from '../stack/broker-choice.ts';
import { Fleet } from '../stack/fleet.ts';
import { planFleet, type FleetSize } from '../stack/fleet-plan.ts';
import { RoundRobinProxy } from '../stack/round-robin-proxy.ts';
import type { ProcessObserver } from '../stack/role-process.ts';

const MOST_PROCESSES = 32;
const NAME_WIDTH = 9;

export function stackCommand(config: () => Config): Command {
  return new Command('stack')
    .description('start a fleet: webs behind one port, workers and the gateway as processes of their own')
    .option('--web <number>', 'webs', processes, 2)
    .option('--worker <number>', 'workers', processes, 3)
    .option('--no-broker', 'each worker runs the jobs that it relays, whether there is a RabbitMQ or not')
    .action(async ({ web, worker, broker }: { web: number; worker: number; broker: boolean }) => {
      await runStack(config(), { webs: web, workers: worker }, broker);
    });
}

function processes(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > MOST_PROCESSES) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_PROCESSES}.`);
  }
  return number;
}

/** Marks each line with the process that said it. */
const printing: ProcessObserver = {
  line: (name, text) => {
    console.log(`${name.padEnd(NAME_WIDTH)} | ${text}`);
  },
  died: (name, how, pauseMs) => {
    console.log(`${name.padEnd(NAME_WIDTH)} ! ${how}; it starts again in ${pauseMs / 1_000} s`);
  },
};

async function runStack(config: Config, size: FleetSize, wantsBroker: boolean): Promise<void> {
  const stopRequest = listenForStop();
  const undos: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  try {
    const { databaseUrl, failed } = await openDatabase(config, undos);
    await migrate(databaseUrl);
    // The webs listen on this machine alone; who comes in is decided by the address of the port in front of them.
    const door = await lookForDoor(config, databaseUrl);
    const broker = wantsBroker ? await chooseBroker(config.brokerUrl) : NO_BROKER;
    const ports = await freePorts(size.webs + size.workers);
    const plans = planFleet(config, process.env, size, { databaseUrl, brokerUrl: broker.brokerUrl, ports });
    const fleet = new Fleet(plans, printing);
    undos.push(() => fleet.stop());
    await fleet.start();

    const front = new RoundRobinProxy(ports.slice(0, size.webs));
    const url = await listen(front, { host: config.host, port: config.port, portSetting: 'PORT' });
    undos.push(() => {
      front.stopListening();
      return Promise.resolve();
    });
    announce(config, size, broker.says, { url, ...door });
    await runUntilStopped(stopRequest, stopAll, failed);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function openDatabase(
  config: Config,
  undos: (() => Promise<void>)[],
): Promise<{ databaseUrl: string; failed: Promise<string> | undefined }> {
  if (config.databaseUrl !== undefined) return { databaseUrl: config.databaseUrl, failed: undefined };
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  const logger = createLogger(config.logLevel);
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, logger, onUnexpectedExit: fail });
  undos.push(() => postgres.stop());
  return { databaseUrl: postgres.databaseUrl, failed };
}

/** Asked for one after the other, while those before are still held in mind: none twice. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}

function announce(config: Config, { webs, workers }: FleetSize, broker: string, door: DoorState): void {
  const { url } = door;
  const lines = [
    ['API', `${url}/v1/orders (${webs} web, in turn)`],
    ['API docs', `${url}/docs`],
    ['Workers', String(workers)],
    ['Broker', broker],
    ['Gateway', config.paymentGatewayBaseUrl ?? `http://${config.host}:${config.gatewayPort}/docs`],
    ['Database', config.databaseUrl === undefined ? `embedded, in ${config.dataDir}` : 'DATABASE_URL'],
  ];
  const table = lines.map(([name, value]) => `  ${(name ?? '').padEnd(13)} ${value ?? ''}`);
  console.log(
    ['', 'The stack is up.', '', ...table, '', ...doorNotice(door, config.publicUrl), 'Ctrl-C stops it.', ''].join(
      '\n',
    ),
  );
}
