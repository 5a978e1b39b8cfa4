export type Step =
  | { readonly kind: 'copy'; readonly from: string | undefined; readonly sources: string[]; readonly to: string }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'workdir'; readonly path: string };

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: Step[];
  readonly environment: Record<string, string>;
  user: string | undefined;
  entrypoint: readonly string[];
  command: readonly string[];
}

/**
 * Reads the part of the Dockerfile language that ours is written in.
 *
 * @throws Error at an instruction that it does not know: it would be left out in silence
 */
export function readDockerfile(text: string): Stage[] {
  const variables = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of instructionsIn(text)) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
    const known = rest.replace(/\$\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
    if (word === 'ARG') {
      const [name = '', value = ''] = rest.split('=');
      variables.set(name, value);
    } else if (word === 'FROM') {
      const [base = '', , name = String(stages.length)] = known.split(/\s+/);
      stages.push({ name, base, steps: [], environment: {}, user: undefined, entrypoint: [], command: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${word} comes before the first FROM`);
      add(stage, word, known);
    }
  }
  return stages;
}

function add(stage: Stage, word: string, rest: string): void {
  switch (word) {
    case 'COPY': {
      const words = rest.split(/\s+/);
      const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
      const to = words.pop() ?? '';
      stage.steps.push({ kind: 'copy', from, sources: words, to });
      return;
    }
    case 'RUN':
      stage.steps.push({ kind: 'run', command: rest });
      return;
    case 'WORKDIR':
      stage.steps.push({ kind: 'workdir', path: rest });
      return;
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.environment[name] = value;
      return;
    case 'USER':
      stage.user = rest;
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(rest) as string[];
      return;
    case 'CMD':
      stage.command = JSON.parse(rest) as string[];
      return;
    case 'EXPOSE':
      return;
    default:
      throw new Error(`the instruction ${word} is not understood here`);
  }
}

/** One text an instruction: comments gone, lines that end in a backslash joined. */
function instructionsIn(text: string): string[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
