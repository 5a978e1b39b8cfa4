import { COSTS, ROWS_A_COST } from '../../identity/operation-costs.ts';
import { ALL_OPERATIONS, OPERATIONS, roleMay } from '../../identity/operations.ts';
import { ALL_ROLES, ROLES } from '../../identity/roles.ts';
import { code, table } from './markdown.ts';

/** docs/roles.md: who may do what. */
export function rolesPage(): string {
  return [
    '# Roles',
    'Everybody who comes in has exactly one role. A key may be narrowed further, to some operations of its role. Shops ' +
      'and customers see only what is theirs: anything else is 404, as if it were not there.',
    table(
      ['role', 'for'],
      ALL_ROLES.map((role) => [code(role), ROLES[role]]),
    ),
    '## Who may do what',
    table(
      ['operation', ...ALL_ROLES.map(code)],
      ALL_OPERATIONS.map((operation) => [
        code(operation),
        ...(OPERATIONS[operation] === 'everyone'
          ? ALL_ROLES.map(() => 'everyone')
          : ALL_ROLES.map((role) => (roleMay(role, operation) ? 'yes' : ''))),
      ]),
    ),
    '## What an operation costs',
    `A request takes one token out of the bucket of its caller, and one for each ${ROWS_A_COST} rows that it asks for on ` +
      'a page. These take more, times as many for a long page, and a bucketful at most:',
    table(
      ['operation', 'tokens'],
      Object.entries(COSTS).map(([operation, cost]) => [code(operation), String(cost)]),
    ),
  ].join('\n\n');
}
