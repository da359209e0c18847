// Makes a project from the template. The package tasktonic has this file as well, for its command `tasktonic new`.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATE = fileURLToPath(new URL('template', import.meta.url));
/** npm does not pack a file of this name. */
const RENAMED = { gitignore: '.gitignore' };
/** What npm does not take, or what the project itself is to install. */
const TAKEN = ['node_modules', 'favicon.ico', 'tasktonic', 'typescript', 'tsx'];

/** What the one who typed the command can mend. */
export class CreateError extends Error {
  name = 'CreateError';
}

/**
 * Makes a project in a folder that is new or empty; its package has the name of the folder.
 *
 * @param {string} folder
 * @param {string} version of tasktonic, which the project is to use.
 * @throws {CreateError} where the folder or its name will not do, or cannot be written. Then nothing of it is left.
 */
export function create(folder, version) {
  const path = resolve(folder);
  const name = checkedName(basename(path));
  const isNew = !existsSync(path);
  if (!isNew) checkEmpty(folder, path);
  let first;
  try {
    first = mkdirSync(path, { recursive: true });
    cpSync(TEMPLATE, path, { recursive: true });
    for (const [from, to] of Object.entries(RENAMED)) renameSync(join(path, from), join(path, to));
    for (const file of ['package.json', 'README.md']) fillIn(join(path, file), { NAME: name, VERSION: version });
  } catch (error) {
    const made = isNew ? [first] : readdirSync(path).map((entry) => join(path, entry));
    for (const entry of made) if (entry !== undefined) rmSync(entry, { recursive: true, force: true });
    throw new CreateError(`${folder} cannot be made: ${error.message}`);
  }
}

/**
 * What to type next.
 * @param {string} folder
 */
export function whatNext(folder) {
  return [`${folder} is there. Go on with:`, '', `  cd ${folder}`, '  npm install', '  npm test', '  npm run dev'].join(
    '\n',
  );
}

function checkedName(name) {
  if (TAKEN.includes(name)) throw new CreateError(`a package cannot be named ${name}: name the folder otherwise`);
  if (/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name)) return name;
  const rule = 'small letters, digits, "-", "_" and ".", with a letter or a digit first, 214 of them at most';
  throw new CreateError(`"${name}" is no name of a package, which has ${rule}: name the folder so`);
}

function checkEmpty(folder, path) {
  if (!statSync(path).isDirectory()) throw new CreateError(`${folder} is a file: name a folder that is new or empty`);
  const [one] = readdirSync(path);
  if (one !== undefined)
    throw new CreateError(`${folder} is not empty (it has ${one}): name a folder that is new or empty`);
}

function fillIn(file, values) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => values[key]),
  );
}
