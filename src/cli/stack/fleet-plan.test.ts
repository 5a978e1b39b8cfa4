import { describe, expect, test } from 'vitest';
import { readConfig } from '../../platform/config.ts';
import { planFleet } from './fleet-plan.ts';

const addresses = { databaseUrl: 'postgresql://db/shop', brokerUrl: 'amqp://broker', ports: [1, 2, 3, 4, 5] };
const size = { webs: 2, workers: 3 };

describe('the plan of a fleet', () => {
  test('names each process, and gives each a port of its own and what all share', () => {
    const plans = planFleet(readConfig({ GATEWAY_PORT: '900' }), { LOCALE: 'de-DE' }, size, addresses);
    expect(plans.map(({ name, role, healthUrl }) => [name, role, healthUrl])).toEqual([
      ['gateway', 'gateway', 'http://127.0.0.1:900/health'],
      ['worker.1', 'worker', 'http://127.0.0.1:3/health'],
      ['worker.2', 'worker', 'http://127.0.0.1:4/health'],
      ['worker.3', 'worker', 'http://127.0.0.1:5/health'],
      ['web.1', 'web', 'http://127.0.0.1:1/ready'],
      ['web.2', 'web', 'http://127.0.0.1:2/ready'],
    ]);
    for (const { environment } of plans) {
      const config = readConfig(environment);
      expect(config).toMatchObject({ databaseUrl: addresses.databaseUrl, brokerUrl: addresses.brokerUrl });
      expect(config).toMatchObject({ paymentGatewayBaseUrl: 'http://127.0.0.1:900', locale: 'de-DE' });
    }
  });

  test('has no local gateway where another moves the money', () => {
    const environment = { PAYMENT_GATEWAY_BASE_URL: 'https://pay.example' };
    const plans = planFleet(readConfig(environment), environment, size, addresses);
    expect(plans.some(({ role }) => role === 'gateway')).toBe(false);
    expect(plans[0]?.environment['PAYMENT_GATEWAY_BASE_URL']).toBe('https://pay.example');
  });

  test('without a broker leaves none to be found under either name of the setting', () => {
    const environment = { BROKER_URL: 'amqp://old', CELERY_BROKER_URL: 'amqp://older' };
    const plans = planFleet(readConfig(environment), environment, size, { ...addresses, brokerUrl: undefined });
    for (const plan of plans) expect(readConfig(plan.environment).brokerUrl).toBeUndefined();
  });

  test('is open to nobody without a key where the port in front is open to other machines', () => {
    const modeOfWebs = (host: string) =>
      planFleet(readConfig({ HOST: host }), {}, size, addresses)
        .filter(({ role }) => role === 'web')
        .map(({ environment }) => readConfig(environment).openMode);
    expect(modeOfWebs('0.0.0.0')).toEqual(['never', 'never']);
    expect(modeOfWebs('127.0.0.1')).toEqual(['loopback', 'loopback']);
  });
});
