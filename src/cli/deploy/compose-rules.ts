import type { SettingName } from '../../platform/settings/table.ts';
import type { ComposeFile, Service } from './compose-file.ts';

/** Of these there may be any number. */
const SCALED = ['web', 'worker'];
/** What a stop of ours takes at most, and some. */
const LEAST_GRACE_SECONDS = 25;

/** Settings that `.env` has no say in, and why; every other one is passed on under its own name. */
const SETTLED = new Map<string, string>(
  Object.entries({
    HOST: 'the image listens on every address of its container',
    PORT: "the proxy finds web at its own port; in .env it is the host's",
    GATEWAY_PORT: "workers find the gateway at its own port; in .env it is the host's",
    METRICS_PORT: 'Prometheus and the health check find a worker at one port',
    WEB_PROCESSES: 'a web has one CPU, which one process keeps busy: --scale makes more',
    STOP_DELAY_MS: 'it is as long as the proxy takes to see it',
    TRUSTED_PROXIES: 'it is the proxy of the composition',
    OPEN_MODE: 'the image is open to nobody',
    DATABASE_URL: 'it is the PostgreSQL of the composition',
    BROKER_URL: 'it is the RabbitMQ of the composition',
    DATA_DIR: 'there is no embedded PostgreSQL in the image',
    INVOICE_OUTPUT_DIR: 'it is a folder of the image, on a volume',
    MAIL_OUTPUT_DIR: 'it is a folder of the image, on a volume',
    INVOICE_SIGNING_KEY: "it is a file, and the host's files are not in the container",
    TLS_CERT_FILE: 'the proxy speaks plain HTTP to web',
    TLS_KEY_FILE: 'the proxy speaks plain HTTP to web',
  } satisfies Partial<Record<SettingName, string>>),
);

interface Surroundings {
  /** The image that is built here. */
  readonly ownImage: string;
  /** Names of the settings that it reads. */
  readonly settings: ReadonlySet<string>;
  /** Whether the path, relative to the file, is there. */
  readonly exists: (path: string) => boolean;
}

/** What a deployment of ours must have beside being well formed. One line a fault, with the service's name. */
export function composeFaults({ services, volumes }: ComposeFile, surroundings: Surroundings): string[] {
  const faultsOfServices = Object.entries(services).flatMap(([name, service]) =>
    [
      ...lifeFaults(service),
      ...orderFaults(service, services),
      ...addressFaults(name, service),
      ...fileFaults(service, new Set(Object.keys(volumes)), surroundings),
      ...(service.image === surroundings.ownImage ? ownFaults(service, surroundings) : imageFaults(service)),
    ].map((fault) => `${name}: ${fault}`),
  );
  return [...faultsOfServices, ...ignoredFaults(Object.values(services), surroundings)];
}

/** Whoever puts a setting into `.env` is not told that nobody reads it. */
function* ignoredFaults(services: readonly Service[], { ownImage, settings }: Surroundings): Iterable<string> {
  const own = services.filter(({ image }) => image === ownImage);
  for (const name of settings) {
    const isPassedOn = own.some(({ environment }) => environment?.[name]?.startsWith(`\${${name}:-`));
    if (!isPassedOn && !SETTLED.has(name)) yield `${name} is passed on to no service: what .env says of it is ignored`;
  }
}

/** What does its work and ends: it is started again only when that failed. */
function isTask({ restart }: Service): boolean {
  return restart === 'on-failure';
}

function* lifeFaults(service: Service): Iterable<string> {
  const { healthcheck, restart, deploy } = service;
  if (!healthcheck && !isTask(service)) yield 'has no healthcheck';
  if (restart !== 'unless-stopped' && restart !== 'always' && !isTask(service)) yield 'is not restarted when it dies';
  if (!deploy) yield 'has no limits of CPU and memory';
}

function* orderFaults(
  { depends_on: dependencies = {} }: Service,
  services: Readonly<Record<string, Service>>,
): Iterable<string> {
  for (const [name, { condition }] of Object.entries(dependencies)) {
    const other = Object.hasOwn(services, name) ? services[name] : undefined;
    if (!other) yield `waits for ${name}, which is no service`;
    else if (isTask(other) && condition !== 'service_completed_successfully')
      yield `does not wait until ${name} is done`;
    else if (!isTask(other) && condition !== 'service_healthy') yield `does not wait until ${name} is healthy`;
  }
}

function* addressFaults(name: string, { ports = [], container_name: containerName }: Service): Iterable<string> {
  if (containerName !== undefined) yield 'has a fixed container_name: there can be only one of it';
  if (SCALED.includes(name) && ports.length > 0) yield "takes a port of the host's: there can be only one of it";
  for (const port of ports) {
    if (!port.startsWith('127.0.0.1:')) yield `offers ${port} to every network of the host`;
  }
}

function* fileFaults(
  { volumes: mounts = [], build }: Service,
  volumes: ReadonlySet<string>,
  { exists }: Surroundings,
): Iterable<string> {
  for (const mount of mounts) {
    const source = mount.split(':')[0] ?? '';
    if (source.startsWith('.') ? !exists(source) : !volumes.has(source)) yield `mounts ${source}, which is not there`;
  }
  if (build && !exists(build.dockerfile)) yield `is built by ${build.dockerfile}, which is not there`;
}

function* imageFaults({ image }: Service): Iterable<string> {
  if (!/:[^:/]*\d/.test(image)) yield `runs ${image} in whatever version: name one`;
}

function* ownFaults(
  { environment = {}, stop_grace_period: grace }: Service,
  { settings }: Surroundings,
): Iterable<string> {
  for (const [name, value] of Object.entries(environment)) {
    if (!settings.has(name)) yield `sets ${name}, which is no setting`;
    if (/\$\{\w+\}/.test(value)) yield `sets ${name} from a variable that has no default`;
    const reason = SETTLED.get(name);
    if (reason !== undefined && value.includes(`\${${name}`)) yield `takes ${name} from .env, but ${reason}`;
  }
  const seconds = /^(\d+)s$/.exec(grace ?? '')?.[1];
  if (seconds === undefined || Number(seconds) < LEAST_GRACE_SECONDS) {
    yield `is killed before it has stopped by itself: stop_grace_period must be ${LEAST_GRACE_SECONDS}s or more`;
  }
}
