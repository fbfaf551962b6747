import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The lines of a JSONL file as objects. */
export function readJsonLines<T>(url: URL): T[] {
  const lines = readFileSync(url, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

/** All JSONL files of a folder: name without extension, and lines. */
export function readCases<T>(folder: URL): [name: string, cases: T[]][] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  return files.sort().map((file) => [basename(file, '.jsonl'), readJsonLines<T>(new URL(file, folder))]);
}
