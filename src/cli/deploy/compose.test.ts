import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../platform/settings/table.ts';
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
    ['web: sets CURRENCY from a variable that has no default', changed('${CURRENCY:-INR}', '${CURRENCY}')],
    ['web: is killed before it has stopped by itself', changed('stop_grace_period: 30s', 'stop_grace_period: 10s')],
  ])('%s', (fault, text) => {
    expect(faultsOf(text).join('\n')).toContain(fault);
  });
});
