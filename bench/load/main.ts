import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { Driver } from './driver.ts';
import { FLOWS, type FlowName } from './flows.ts';
import { readSample, type SampleFiles } from './sample.ts';

/** What the load process is told: first to open its connections, then to run, as often as wanted. */
export type LoadOrder =
  | {
      readonly kind: 'open';
      readonly url: string;
      readonly flow: FlowName;
      readonly connections: number;
      readonly sample: SampleFiles;
    }
  | { readonly kind: 'run'; readonly seconds: number };

let driver: Driver | undefined;

async function obey(order: LoadOrder): Promise<unknown> {
  if (order.kind === 'run') return driver?.run(order.seconds);
  const shop = readSample(order.sample);
  const makeFlow = FLOWS[order.flow];
  driver = await Driver.open(order.url, order.connections, (connection) => makeFlow(shop, connection), end);
  return 'open';
}

function end(error: unknown): void {
  // Written at once: the process that ends would take what is still buffered with it.
  writeSync(process.stderr.fd, `${inspect(error)}\n`);
  process.exit(1);
}

process.on('message', (order: LoadOrder) => {
  obey(order).then((answer) => process.send?.(answer), end);
});
process.on('disconnect', () => process.exit(0));
