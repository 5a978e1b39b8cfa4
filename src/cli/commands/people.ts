import { Command, InvalidArgumentError, Option } from 'commander';
import { EMAIL_PATTERN } from '../../api/schemas/common.ts';
import { forgetPerson } from '../../identity/people/forgetting.ts';
import { makeLink, pathOfLink, type MadeLink } from '../../identity/people/one-time-links.ts';
import {
  changePerson,
  createPerson,
  isPersonName,
  listPeople,
  readPersonByName,
  type Database,
  type Person,
} from '../../identity/people/people.ts';
import { PERSON_ROLES, type PersonRole } from '../../identity/roles.ts';
import type { Config } from '../../platform/config.ts';
import { StartError } from '../../platform/start-error.ts';
import { asOwner } from '../database.ts';
import { ownAddressOf } from '../own-address.ts';
import { onRecord, withPool } from '../who-may-come-in.ts';

const LONGEST_EMAIL = 254;
const MOST_LISTED = 1_000;

interface InviteFlags {
  readonly role: PersonRole;
  readonly name: string;
  readonly email: string;
}

/** Whoever may run this can read the database as well: it asks for no password. */
export function peopleCommand(config: () => Config): Command {
  const people = new Command('people').description(
    'invite, list, disable, enable and forget people, and reset their passwords',
  );
  people
    .command('invite')
    .description('make a person; prints a link by which they choose a password, good once, for three days')
    .addOption(new Option('--role <role>', 'what they may do').choices(PERSON_ROLES).makeOptionMandatory())
    .addOption(
      new Option('--name <name>', 'goes on record for what they do').argParser(personName).makeOptionMandatory(),
    )
    .addOption(new Option('--email <address>', 'what they sign in with').argParser(emailOf).makeOptionMandatory())
    .action(async (flags: InviteFlags) => {
      const link = await onRecord(config(), 'person.invited', `person:${flags.name}`, async (database, createdBy) => {
        const person = await createPerson(database, { ...flags, createdBy });
        if (person === 'name') throw new StartError(`somebody has, or had, the name "${flags.name}"`);
        if (person === 'email') throw new StartError('somebody has this e-mail address');
        return makeLink(database, { purpose: 'invite', personId: person.id });
      });
      console.error(`"${flags.name}" is invited, as ${flags.role}; this is the only time that the link is shown:`);
      console.log(addressOf('invite', link, config()));
    });
  people
    .command('list')
    .description('list people, newest first')
    .option('--json', 'print one JSON array')
    .action(async ({ json }: { json?: boolean }) => {
      const { rows } = await withPool(config(), (pool) => listPeople(pool, { limit: MOST_LISTED, after: undefined }));
      console.log(json ? JSON.stringify(rows) : rows.map(lineOf).join('\n') || 'there are no people');
    });
  people
    .command('reset')
    .description('print a link by which a person chooses another password, good once, for a day')
    .argument('<name>')
    .option('--remove-second-factor', 'they have lost it: it goes once the link is used', false)
    .action(async (name: string, { removeSecondFactor }: { removeSecondFactor: boolean }) => {
      const link = await onRecord(config(), 'person.reset', `person:${name}`, async (database) => {
        const { id, disabledAt } = await found(database, name);
        if (disabledAt) throw new StartError(`"${name}" is disabled: "roundtrip people enable" comes first`);
        return makeLink(database, { purpose: 'reset', personId: id, removesSecondFactor: removeSecondFactor });
      });
      console.log(addressOf('reset', link, config()));
    });
  people
    .command('disable')
    .description('let a person in no more, and end their sessions')
    .argument('<name>')
    .action(async (name: string) => {
      await onRecord(config(), 'person.disabled', `person:${name}`, async (database, actor) =>
        changePerson(database, (await found(database, name)).id, { isDisabled: true }, actor),
      );
      console.log(`"${name}" is disabled; every web refuses them within a second`);
    });
  people
    .command('enable')
    .description('let a person who was disabled in again')
    .argument('<name>')
    .action(async (name: string) => {
      await onRecord(config(), 'person.enabled', `person:${name}`, async (database, actor) =>
        changePerson(database, (await found(database, name)).id, { isDisabled: false }, actor),
      );
      console.log(`"${name}" may sign in`);
    });
  people
    .command('forget')
    .description('take what is personal out of the account of somebody who has left, but for the name; for good')
    .argument('<name>')
    .action(async (name: string) => {
      await asOwner(() =>
        onRecord(config(), 'person.forgotten', `person:${name}`, async (database) => {
          if (await forgetPerson(database, (await found(database, name)).id)) return name;
          throw new StartError(`"${name}" is not disabled: "roundtrip people disable" comes first`);
        }),
      );
      console.log(`of "${name}" the name is left, for what they have done is on record under it`);
    });
  return people;
}

async function found(database: Database, name: string): Promise<Person> {
  const person = await readPersonByName(database, name);
  if (!person) throw new StartError(`there is no person "${name}"; "roundtrip people list" names them`);
  return person;
}

function addressOf(purpose: 'invite' | 'reset', { token }: MadeLink, config: Config): string {
  return new URL(pathOfLink(purpose, token), ownAddressOf(config)).href;
}

function lineOf({ name, email, role, hasPassword, hasSecondFactor, disabledAt, lastSignedInAt }: Person): string {
  const state = disabledAt ? 'disabled' : hasPassword ? 'active' : 'invited';
  const factors = hasSecondFactor ? 'two factors' : 'password';
  const seen = lastSignedInAt ? `last signed in ${lastSignedInAt.toISOString()}` : 'never signed in';
  return [name.padEnd(24), email.padEnd(32), role.padEnd(10), state.padEnd(8), factors, seen].join('  ');
}

function personName(text: string): string {
  if (isPersonName(text)) return text;
  throw new InvalidArgumentError('must be one to four words of visible characters, 64 in all');
}

function emailOf(text: string): string {
  if (text.length <= LONGEST_EMAIL && new RegExp(EMAIL_PATTERN, 'u').test(text)) return text;
  throw new InvalidArgumentError('must be an e-mail address');
}
