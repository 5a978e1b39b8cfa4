import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../platform/config.ts';
import { SETTINGS, type SettingName } from '../../platform/settings/table.ts';
import { readComposeFile } from './compose-file.ts';
import { composeFaults } from './compose-rules.ts';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
const compose = await read('compose.yaml');
const schema = await read('deploy/compose-schema/compose_spec.json');
const surroundings = {
  ownImage: 'roundtrip',
  settings: new Set(Object.keys(SETTINGS)),
  exists: (path: string) => path !== './gone.cfg',
};

function faultsOf(text: string): readonly string[] {
  const result = readComposeFile(parse(text, { merge: true }), schema);
  return 'faults' in result ? result.faults : composeFaults(result.file, surroundings);
}

/** Our file with one thing changed; a change that changes nothing is a mistake of the test. */
function changed(from: string | RegExp, to: string): string {
  const text = compose.replace(from, to);
  if (text === compose) throw new Error(`there is no ${String(from)} in compose.yaml`);
  return text;
}

test('compose.yaml has no fault', () => {
  expect(faultsOf(compose)).toEqual([]);
});

describe('what is not as the Compose specification says is found', () => {
  test.each([
    ['an unknown key of a service', changed('    image: postgres', '    imgae: x\n    image: postgres')],
    ['an unknown top-level key', `${compose}\nservice: {}\n`],
    ['a restart policy that is no text', changed('restart: unless-stopped', 'restart: 5')],
    ['a condition that is none', changed('condition: service_healthy', 'condition: 7')],
    ['a service without an image', changed(/ {4}image: postgres.*\n/, '')],
    ['an interval that is no duration', changed('interval: 3s', 'interval: soon')],
    ['no services at all', 'name: roundtrip\nvolumes: {}\n'],
    ['not even a mapping', '- 1'],
  ])('%s', (_what, text) => {
    expect(faultsOf(text)).not.toEqual([]);
  });
});

describe('what breaks a rule of ours is found, with the name of the service', () => {
  test.each([
    ['rabbitmq: has no healthcheck', changed(/ {4}healthcheck:\n {6}test: \[CMD, rabbitmq(.*\n){5}/, '')],
    ['proxy: is not restarted when it dies', changed(/(haproxy:3.0-alpine\n) {4}restart.*\n/, '$1')],
    ['postgres: has no limits of CPU and memory', changed(/ {4}deploy:\n(.*\n){3} {10}memory: 1G\n/, '')],
    ['proxy: does not wait until web is healthy', changed('condition: service_healthy', 'condition: service_started')],
    ['web: does not wait until migrate is done', changed('service_completed_successfully', 'service_healthy')],
    ['proxy: is not restarted when it dies', changed(/(haproxy:3.0-alpine\n) {4}restart.*\n/, "$1    restart: 'no'\n")],
    ['worker: waits for wbe, which is no service', changed(/(command: \[worker\][^]*?)web:/, '$1wbe:')],
    [
      'web: has a fixed container_name: there can be only one of it',
      changed('\n  web:\n', '\n  web:\n    container_name: web\n'),
    ],
    [
      "worker: takes a port of the host's: there can be only one of it",
      changed('  worker:\n', "  worker:\n    ports: ['127.0.0.1:9100:9100']\n"),
    ],
    ['rabbitmq: offers 15672:15672 to every network of the host', changed('127.0.0.1:15672:15672', '15672:15672')],
    ['proxy: mounts ./gone.cfg, which is not there', changed('./deploy/haproxy.cfg:', './gone.cfg:')],
    ['worker: mounts mails, which is not there', changed('mail:/var', 'mails:/var')],
    ['web: is built by ./gone.cfg, which is not there', changed('deploy/Dockerfile', './gone.cfg')],
    ['rabbitmq: runs rabbitmq:management in whatever version: name one', changed('rabbitmq:4-m', 'rabbitmq:m')],
    ['postgres: runs postgres in whatever version: name one', changed('postgres:18-bookworm', 'postgres')],
    ['worker: sets METRIC_PORT, which is no setting', changed('METRICS_PORT', 'METRIC_PORT')],
    ['web: sets CURRENCY from a variable that has no default', changed('${CURRENCY:-}', '${CURRENCY}')],
    ['STRIPE_SECRET_KEY is passed on to no service', changed('  STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY:-}\n', '')],
    ['MAIL_FROM is passed on to no service', changed('${MAIL_FROM:-}', '${SMTP_FROM:-}')],
    ['CURRENCY is passed on to no service', changed('${CURRENCY:-}', 'EUR')],
    [
      'worker: takes METRICS_PORT from .env, but',
      changed("METRICS_PORT: '9100'", 'METRICS_PORT: ${METRICS_PORT:-9100}'),
    ],
    ['web: takes PORT from .env, but', changed('      PUBLIC_URL:', '      PORT: ${PORT:-}\n      PUBLIC_URL:')],
    ['web: is killed before it has stopped by itself', changed('stop_grace_period: 30s', 'stop_grace_period: 10s')],
  ])('%s', (fault, text) => {
    expect(faultsOf(text).join('\n')).toContain(fault);
  });
});

describe('what .env says', () => {
  const result = readComposeFile(parse(compose, { merge: true }), schema);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  const own = Object.entries(result.file.services).filter(([, { image }]) => image === surroundings.ownImage);

  /** By service, what its process finds in its environment: `${NAME:-default}` is the default where NAME is empty. */
  function environmentsWith(dotEnv: Readonly<Record<string, string>>): Record<string, Record<string, string>> {
    const filledIn = (text: string) =>
      text.replace(/\$\{(\w+):-([^}]*)\}/g, (_whole, name: string, byDefault: string) => dotEnv[name] || byDefault);
    return Object.fromEntries(
      own.map(([service, { environment = {} }]) => [
        service,
        Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, filledIn(text)])),
      ]),
    );
  }

  test('may be nothing: each service starts on the defaults', () => {
    const services = environmentsWith({});
    expect(Object.keys(services)).toEqual(['migrate', 'web', 'worker', 'payment-gateway']);
    for (const [name, environment] of Object.entries(services)) {
      const user = name === 'web' || name === 'worker' ? 'roundtrip_app' : 'roundtrip';
      expect(readConfig(environment)).toMatchObject({
        databaseUrl: `postgresql://${user}:${user}@postgres:5432/roundtrip`,
        mailFrom: 'invoices@shop.example',
        refundApprovalAboveMinor: null,
        encryptionKeys: [],
      });
    }
  });

  test('is what web goes by: where people come in, what seals, and which refunds need two', () => {
    const dotEnv = {
      PUBLIC_URL: 'https://orders.shop.example',
      ENCRYPTION_KEY: `${'A'.repeat(43)}=`,
      REFUND_APPROVAL_ABOVE_MINOR: '50000',
    };
    expect(readConfig(environmentsWith(dotEnv)['web'] ?? {})).toMatchObject({
      publicUrl: 'https://orders.shop.example',
      encryptionKeys: [Buffer.alloc(32)],
      refundApprovalAboveMinor: 50_000,
    });
  });

  test.each<[SettingName, string[]]>([
    ['LOG_LEVEL', ['migrate', 'web', 'worker', 'payment-gateway']],
    ['APP_ROLE_PASSWORD', ['migrate']],
    ['ENCRYPTION_KEY', ['migrate', 'web', 'worker']],
    ['STRIPE_SECRET_KEY', ['web', 'worker']],
    ['RAZORPAY_KEY_SECRET', ['web', 'worker']],
    ['REFUND_APPROVAL_ABOVE_MINOR', ['web', 'worker']],
    ['GATEWAY_WEBHOOK_SECRET', ['web', 'payment-gateway']],
    ['STRIPE_WEBHOOK_SECRET', ['web']],
    ['RAZORPAY_WEBHOOK_SECRET', ['web']],
    ['OIDC_CLIENT_SECRET', ['web']],
    ['SMTP_URL', ['worker']],
    ['CUSTOMER_DATA_KEEP_DAYS', ['worker']],
    ['GATEWAY_WEBHOOK_URL', ['payment-gateway']],
  ])('of %s reaches %j alone', (name, services) => {
    const told = Object.entries(environmentsWith({ [name]: 'this' })).filter(([, found]) => found[name] === 'this');
    expect(told.map(([service]) => service)).toEqual(services);
  });
});
