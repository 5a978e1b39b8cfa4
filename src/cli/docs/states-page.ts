import { allowedEvents, creationsOf, lifecycles, type Lifecycle } from '../../domain/lifecycles.ts';
import { code, table } from './markdown.ts';

type AnyLifecycle = Lifecycle<string, string, string>;

/** docs/states.md: each lifecycle as a diagram and as tables. */
export function statesPage(): string {
  return [
    '# States',
    'Which state follows which, by which event. There is no other way: the core refuses it, the database refuses it, and ' +
      'the record of changes admits nothing else.',
    ...lifecycles.flatMap(lifecycleSection),
  ].join('\n\n');
}

function lifecycleSection(lifecycle: AnyLifecycle): string[] {
  const { entity, moves } = lifecycle;
  return [
    `## ${entity[0]?.toUpperCase() ?? ''}${entity.slice(1)}`,
    diagram(lifecycle),
    table(
      ['event', 'from', 'to'],
      [
        ...creationsOf(lifecycle).map(({ event, to }) => [code(event), 'nothing', code(to)]),
        ...moves.map(({ event, from, to }) => [code(event), code(from), code(to)]),
      ],
    ),
    table(
      ['state', 'events that are legal in it'],
      lifecycle.states.map((state) => {
        const events = allowedEvents(lifecycle, state);
        return [code(state), events.length > 0 ? events.map(code).join(', ') : 'none: it is final'];
      }),
    ),
  ];
}

function diagram(lifecycle: AnyLifecycle): string {
  const { states, moves } = lifecycle;
  const final = states.filter((state) => allowedEvents(lifecycle, state).length === 0);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...creationsOf(lifecycle).map(({ event, to }) => `    [*] --> ${to}: ${event}`),
    ...moves.map(({ from, event, to }) => `    ${from} --> ${to}: ${event}`),
    ...final.map((state) => `    ${state} --> [*]`),
    '```',
  ].join('\n');
}
