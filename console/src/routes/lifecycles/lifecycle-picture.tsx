import type { Lifecycle } from '../../api/types.ts';
import { toneOf } from '../../format/tone.ts';
import { atMost, wordsOf } from '../../format/words.ts';
import { layOut, type PlacedMove, type PlacedState } from './layout.ts';
import classes from './lifecycles.module.css';

const BOX = { width: 168, height: 50 };
const STEP = { x: 234, y: 96 };
const MARGIN = { x: 78, top: 34, bottom: 46 };

interface LifecyclePictureProps {
  readonly lifecycle: Lifecycle;
  readonly mostCounted: number;
}

export function LifecyclePicture({ lifecycle, mostCounted }: LifecyclePictureProps) {
  const { states, moves, columns, rows } = layOut(lifecycle);
  const width = MARGIN.x + (columns - 1) * STEP.x + BOX.width + 16;
  const height = MARGIN.top + (rows - 1) * STEP.y + BOX.height + MARGIN.bottom;
  const first = states.find(({ state }) => state === lifecycle.initial);
  const arrow = `arrow-${lifecycle.entity}`;
  return (
    <div className={classes.scroller} tabIndex={0} role="group" aria-label={`The lifecycle of a ${lifecycle.entity}`}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={inWords(lifecycle)}>
        <defs>
          <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" className={classes.arrow} />
          </marker>
        </defs>
        {first && (
          <g>
            <circle cx={14} cy={middle(first)} r={5} className={classes.start} />
            <path d={`M19 ${middle(first)}H${left(first)}`} className={classes.edge} markerEnd={`url(#${arrow})`} />
            <text x={(19 + left(first)) / 2} y={middle(first) - 7} className={classes.event}>
              {lifecycle.creation}
            </text>
          </g>
        )}
        {moves.map((move) => {
          const { path, at } = edgeOf(move);
          return (
            <g key={`${move.from.state} ${move.event}`}>
              <path d={path} className={classes.edge} markerEnd={`url(#${arrow})`} />
              <text x={at.x} y={at.y} className={classes.event}>
                {move.event}
              </text>
            </g>
          );
        })}
        {states.map((state) => (
          <g key={state.state} className={classes.state} data-tone={toneOf(state.state)}>
            <rect
              x={left(state)}
              y={top(state)}
              width={BOX.width}
              height={BOX.height}
              rx={state.isFinal ? BOX.height / 2 : 8}
            />
            <text x={left(state) + BOX.width / 2} y={top(state) + 20} className={classes.name}>
              {wordsOf(state.state)}
            </text>
            <text x={left(state) + BOX.width / 2} y={top(state) + 39} className={classes.count}>
              {atMost(state.count, mostCounted)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

const left = ({ column }: PlacedState) => MARGIN.x + column * STEP.x;
const top = ({ row }: PlacedState) => MARGIN.top + row * STEP.y;
const middle = (state: PlacedState) => top(state) + BOX.height / 2;

interface Edge {
  readonly path: string;
  /** Where the event is written. */
  readonly at: { readonly x: number; readonly y: number };
}

function edgeOf({ from, to, goesBack }: PlacedMove): Edge {
  if (goesBack) {
    // Over the top, because what branches off lies beneath; or beneath, when it comes back from there.
    const x1 = left(from) + BOX.width / 2;
    const x2 = left(to) + BOX.width / 2;
    const low = top(from) + BOX.height + 26;
    return {
      path: `M${x1} ${top(from) + BOX.height}C${x1} ${low + 14} ${x2} ${low + 14} ${x2} ${top(to) + BOX.height}`,
      at: { x: (x1 + x2) / 2, y: low + 12 },
    };
  }
  const x1 = left(from) + BOX.width;
  const x2 = left(to);
  if (from.row === to.row)
    return { path: `M${x1} ${middle(from)}H${x2}`, at: { x: (x1 + x2) / 2, y: middle(from) - 7 } };
  const isNext = to.column > from.column;
  const startX = isNext ? x1 - BOX.width / 2 : left(from) + BOX.width / 2;
  const start = `M${startX} ${top(from) + BOX.height}`;
  return {
    path: `${start}C${startX} ${middle(to)} ${startX + 10} ${middle(to)} ${x2} ${middle(to)}`,
    at: { x: (startX + x2) / 2 + 6, y: middle(to) - 7 },
  };
}

function inWords({ entity, initial, moves }: Lifecycle): string {
  const steps = moves.map(({ event, from, to }) => `${event}: ${wordsOf(from)} to ${wordsOf(to)}`);
  return `A ${entity} begins as ${wordsOf(initial)}. ${steps.join('. ')}.`;
}
