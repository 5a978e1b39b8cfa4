import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobMessage } from '../src/jobs/broker.ts';
import { RabbitBroker } from '../src/jobs/rabbitmq-broker.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { makeFolders, removeFolders } from './world/folders.ts';
import { clusterAbsence, RabbitCluster } from './world/rabbit/cluster.ts';
import { findRabbitServer } from './world/rabbit/node.ts';
import { OwnRabbit } from './world/rabbit/own-rabbit.ts';

/**
 * Measures what carrying jobs costs a RabbitMQ of one node and a cluster of three, by the broker's own code: messages
 * leave as the relays send them, are confirmed, consumed and acknowledged. Their jobs do nothing.
 */
const WORKERS = 2;
const SENT_AT_ONCE = 200;
const WARM_UP_MESSAGES = 4_000;
const MESSAGES = 20_000;
const LONE_MESSAGES = 300;
const LONE_PAUSE_MS = 20;
const CONCURRENCY = 16;
const TICKS_PER_SECOND = 100;

const program = findRabbitServer();
const absence = program === undefined ? 'rabbitmq-server is not installed' : clusterAbsence();
if (program === undefined || absence !== undefined) {
  console.error(`broker-rate: ${absence}`);
  process.exit(1);
}
const folders = await makeFolders(false);
try {
  const one = await OwnRabbit.start(`${folders.rabbit}/one`, program);
  try {
    await measure('one node', one.port, [one.node.processGroup]);
  } finally {
    await one.stop();
  }
  const three = await RabbitCluster.start(`${folders.rabbit}/three`, program);
  try {
    await measure(
      'three nodes',
      three.port,
      three.nodes.map(({ processGroup }) => processGroup),
    );
  } finally {
    await three.stop();
  }
} finally {
  await removeFolders(folders);
}

async function measure(name: string, port: number, groups: readonly (number | undefined)[]): Promise<void> {
  const brokerUrl = `amqp://guest:guest@127.0.0.1:${port}`;
  const brokers = Array.from(
    { length: WORKERS },
    () => new RabbitBroker({ brokerUrl, namespace: 'rate', logger: silentLogger }),
  );
  let taken = 0;
  for (const broker of brokers) {
    const take = (): Promise<'ACK'> => {
      taken += 1;
      return Promise.resolve('ACK');
    };
    await broker.consume(take, () => CONCURRENCY);
  }
  const carry = async (messages: number): Promise<void> => {
    const until = taken + messages;
    await Promise.all(brokers.map((broker) => send(broker, messages / WORKERS)));
    while (taken < until) await delay(1);
  };
  await carry(WARM_UP_MESSAGES);
  const cpuBefore = await cpuSeconds(groups);
  const startedAt = performance.now();
  await carry(MESSAGES);
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  const cpu = (await cpuSeconds(groups)) - cpuBefore;
  const confirms: number[] = [];
  for (let sent = 0; sent < LONE_MESSAGES; sent += 1) {
    const sentAt = performance.now();
    await brokers[0]?.publish([{ jobId: 1, kind: 'invoice.render' }]);
    confirms.push(performance.now() - sentAt);
    await delay(LONE_PAUSE_MS);
  }
  await Promise.all(brokers.map((broker) => broker.close()));
  const sorted = confirms.toSorted((first, second) => first - second);
  const [p50, p99] = [0.5, 0.99].map((part) => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1));
  console.log(
    `${name}: ${Math.round(MESSAGES / elapsedSeconds)} jobs/s, ` +
      `${((cpu / MESSAGES) * 1_000).toFixed(2)} s CPU of RabbitMQ per 1,000; a lone confirm p50 ${p50} ms, p99 ${p99} ms`,
  );
}

/** One bite after the other, as a relay does. */
async function send(broker: RabbitBroker, messages: number): Promise<void> {
  for (let sent = 0; sent < messages; sent += SENT_AT_ONCE) {
    await broker.publish(
      Array.from({ length: SENT_AT_ONCE }, (_, index): JobMessage => ({
        jobId: sent + index + 1,
        kind: 'invoice.render',
      })),
    );
  }
}

/** Of all processes of these groups that live. */
async function cpuSeconds(groups: readonly (number | undefined)[]): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the name, which may have spaces: state, parent, group, …, and user and system time as the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (groups.includes(Number(fields[2]))) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}
