const unsafe = /[^\x20\x21\x23-\x5b\x5d-\x7e]/; // all but printable ASCII without quote and backslash
const everyUnsafe = new RegExp(unsafe, 'g');

const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');

function escapeJson(character: string): string {
  return character === '"' || character === '\\' ? `\\${character}` : `\\u${hex(character, 4)}`;
}

function escapeApache(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\x${hex(character, 2)}`;
}

/** The text between the quotes of a JSON string, in printable ASCII: nothing in it can end a line or steer a terminal. */
export function jsonText(text: string): string {
  return unsafe.test(text) ? text.replace(everyUnsafe, escapeJson) : text;
}

/** The text as Apache escapes it in its logs, `-` for none. */
export function combinedText(text: string | undefined): string {
  if (text === undefined || text === '') return '-';
  return unsafe.test(text) ? text.replace(everyUnsafe, escapeApache) : text;
}
