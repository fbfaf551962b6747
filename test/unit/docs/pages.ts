import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** One code block of a page. */
export interface Sample {
  readonly page: string;
  readonly line: number;
  /** Name in a first line such as `// greet.ts`; undefined when there is none. */
  readonly file: string | undefined;
  readonly code: string;
}

/** Every page of the repository, by its path. */
export function allPages(): string[] {
  const top = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'bench/README.md'].filter((path) =>
    existsSync(root + path),
  );
  const below = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => posix.join('docs', path.replaceAll('\\', '/')));
  return [...top, ...below.sort()];
}

export function readPage(path: string): string {
  return readFileSync(root + path, 'utf8');
}

/** The blocks of a page in one language. */
export function samplesOf(page: string, language = 'ts'): Sample[] {
  const text = readPage(page);
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    file: /^\/\/ (\S+\.ts)\b/.exec(match[1]!)?.[1],
    code: match[1]!,
  }));
}

/** The text below a heading, up to the next one of the same level or above. */
export function sectionOf(page: string, heading: string): string {
  const level = heading.indexOf(' ');
  const [, rest] = readPage(page).split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`${page} has no heading ${heading}.`);
  return rest.split(new RegExp(`^#{1,${level}} `, 'm'))[0]!;
}
