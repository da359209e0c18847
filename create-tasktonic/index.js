#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CreateError, create, whatNext } from './create.js';

const USAGE = 'Usage: npm create tasktonic FOLDER';
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const [folder, ...more] = process.argv.slice(2);

if (folder === '--help' || folder === '-h') {
  console.log(`${USAGE}\n\nMakes a project with a service, its tests and its types in a folder that is new or empty.`);
} else if (folder === undefined || folder.startsWith('-') || more.length > 0) {
  console.error(`create-tasktonic: one folder is to be named\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    create(folder, version);
    console.log(whatNext(folder));
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    console.error(`create-tasktonic: ${error.message}`);
    process.exitCode = 1;
  }
}
