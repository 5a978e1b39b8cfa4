import { clockKinds } from './clocks.ts';
import { clusterKinds } from './cluster.ts';
import { deliveryKinds } from './deliveries.ts';
import { folderKinds } from './folder.ts';
import { gatewayKinds } from './gateway.ts';
import type { FaultKind } from './kind.ts';
import { postgresKinds } from './postgres.ts';
import { processKinds } from './processes.ts';
import { rabbitKinds } from './rabbit.ts';
import { wireKinds } from './wires.ts';

/** Everything that goes wrong here. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...processKinds,
  ...postgresKinds,
  ...rabbitKinds,
  ...gatewayKinds,
  ...deliveryKinds,
  ...wireKinds,
  ...folderKinds,
  ...clockKinds,
];

/** What goes wrong where RabbitMQ is a cluster. */
export const CLUSTER_KINDS: readonly FaultKind[] = clusterKinds;
