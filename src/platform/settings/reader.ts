import { isNetwork } from '../networks.ts';
import { SETTINGS, type SettingName } from './table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings one by one, each in its form. What is wrong is told to `fault`, and reading goes on. */
export type SettingReader = ReturnType<typeof settingReader>;

/** @param faults takes each fault, beginning with the setting's name */
export function settingReader(environment: Environment, faults: string[]) {
  const text = (name: SettingName): string => environment[name]?.trim() || SETTINGS[name][0];
  const optional = (name: SettingName): string | undefined => text(name) || undefined;
  const list = (name: SettingName): string[] =>
    text(name)
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  const networks = (name: SettingName): string[] =>
    list(name).map((network) => {
      if (!isNetwork(network)) {
        fault(name, `must be networks such as 127.0.0.0/8 with a comma between, not "${network}"`);
      }
      return network;
    });
  const fault = (name: string, problem: string): void => {
    faults.push(`${name} ${problem}`);
  };
  const wholeNumber = (name: SettingName, least: number, most: number): number => {
    const value = text(name);
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      fault(name, `must be a whole number from ${least} to ${most}, not "${value}"`);
    }
    return number;
  };
  const matching = (name: SettingName, pattern: RegExp, expected: string): string => {
    const value = text(name);
    if (!pattern.test(value)) fault(name, `must be ${expected}, not "${value}"`);
    return value;
  };
  const oneOf = <const Word extends string>(name: SettingName, words: readonly [Word, ...Word[]]): Word => {
    const value = text(name);
    const word = words.find((each) => each === value);
    if (word === undefined) fault(name, `must be ${words.join(' or ')}, not "${value}"`);
    return word ?? words[0];
  };
  const understoodBy = (name: SettingName, check: (value: string) => unknown, expected: string): string => {
    const value = text(name);
    try {
      check(value);
    } catch {
      fault(name, `must be ${expected}, not "${value}"`);
    }
    return value;
  };
  const url = (name: string, value: string | undefined, schemes: readonly string[]): string | undefined => {
    if (value === undefined) return undefined;
    // The value itself may hold a password, so the message leaves it out.
    if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol)) {
      fault(name, `must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
    }
    return value;
  };
  return { text, optional, list, networks, fault, wholeNumber, matching, oneOf, understoodBy, url };
}
