// Scratch projects with the packed package, and programs that run in them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL = ['install', '--no-audit', '--no-fund', '--loglevel', 'error'];

/**
 * Makes a project of its own and installs packages into it.
 * @throws what npm wrote, where it cannot.
 */
export async function project(folder, ...packages) {
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  if (packages.length > 0) await install(folder, ...packages);
  return folder;
}

export async function install(folder, ...packages) {
  const { code, output } = await run(folder, 'npm', [...INSTALL, ...packages], { seconds: 120 });
  if (code !== 0) throw new Error(`npm install ${packages.join(' ')}: ${lastLine(output)}`);
}

/** Runs a program to its end; what it writes to both of its streams is one text. */
export function run(cwd, command, words, { seconds = 30, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd, shell, stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds * 1_000 });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/** @throws where a program did not end well. */
export async function runs(cwd, command, words, options) {
  const { code, output } = await run(cwd, command, words, options);
  if (code !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

export function lastLine(text) {
  return text.trimEnd().split('\n').at(-1);
}
