#!/usr/bin/env node
// Runs on any Node from 20 on and hands over to the Node that the project pins (the npm package "node"),
// which reads TypeScript as it is. Plain JavaScript on purpose: an older Node must be able to read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const main = join(root, 'src', 'cli', 'main.js');

if (existsSync(pinnedNode)) handOver();
else if (Number(process.versions.node.split('.')[0]) >= 24) await runHere();
else {
  console.error(`roundtrip: the pinned Node is missing at ${pinnedNode}; run "npm install" in ${root} first`);
  process.exit(1);
}

/** Where Node itself is new enough, as in the container image, there is nobody to hand over to. */
async function runHere() {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}

function handOver() {
  const child = spawn(pinnedNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; a supervisor sends SIGTERM to this one alone. Either way this process
  // stays until the child has drained, and ends as the child ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}
