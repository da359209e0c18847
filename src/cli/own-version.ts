import { createRequire } from 'node:module';

/** The version of the package that this command is part of. */
export function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('tasktonic/package.json') as { readonly version: string };
  return version;
}
