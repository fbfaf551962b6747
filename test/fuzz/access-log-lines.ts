import assert from 'node:assert/strict';
import accessLog from 'hookway/plugins/access-log';
import type { PluginEntry } from 'hookway';
import { requestFields, responseFields } from './heads.ts';

/** A way to write lines, and what every line of it looks like. */
interface Format {
  readonly name: string;
  readonly plugin: (file: string) => PluginEntry;
  readonly check: (line: string) => void;
}

const atOnce = { maxDelayMs: 0 };
const notSeen = ['Host', 'Content-Length'];
const namesOf = (fields: readonly (readonly [string, ...string[]])[]): string[] =>
  fields
    .map(([name]) => name.toLowerCase())
    .filter((name) => !notSeen.some((each) => each.toLowerCase() === name));

const structured = {
  ...atOnce,
  requestHeaders: namesOf(requestFields),
  responseHeaders: namesOf(responseFields),
  redact: { headers: [] },
};
const fieldNames = new Set([
  ...'time client method target host httpVersion status termination bytesReceived bytesSent route upstream backend'.split(
    ' ',
  ),
  ...'attempts clientHeadMs queueMs connectMs backendHeadMs dataMs totalMs slow endedBy phase code plugin hook'.split(
    ' ',
  ),
  ...'exchange requestId userAgent referer'.split(' '),
  ...structured.requestHeaders.map((name) => `request.header.${name}`),
  ...structured.responseHeaders.map((name) => `response.header.${name}`),
]);

function checkKeys(keys: readonly string[]): void {
  assert.deepEqual(
    keys.filter((key) => !fieldNames.has(key)),
    [],
    'a field that the log does not have',
  );
  assert.equal(new Set(keys).size, keys.length, 'a field is there twice');
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"`;

/** Reads a line member by member, whose names are the first group. */
function checkMembers(line: string, member: RegExp): void {
  const keys: string[] = [];
  for (let at = 0; at < line.length; at = member.lastIndex) {
    member.lastIndex = at;
    const found = member.exec(line);
    assert(found !== null, `no member at ${at}`);
    keys.push(found[1]!);
  }
  checkKeys(keys);
}

const jsonMember = new RegExp(String.raw`[{,]"([\w.-]+)":(?:${quoted}|-?[\d.]+|true)(?:\}$)?`, 'y');
const logfmtMember = new RegExp(String.raw`([\w.-]+)=(?:${quoted}|[^\s"=\\]+)(?: |$)`, 'y');
const combined = new RegExp(
  String.raw`^[\d.:a-f]+ - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] ${quoted} \d{3} (?:\d+|-) ${quoted} ${quoted}$`,
);
const template =
  '{client.address} {request.header.x-key} "{request.header.cookie}" [{request.header.user-agent}] {path}|{response.header.etag}';
const templated = new RegExp(String.raw`^\S+ \S+ ${quoted} \[[^\]]*\] [^ |]+\|[^ ]+$`);

/** Every format that the access log has. */
export const formats: readonly Format[] = [
  {
    name: 'json',
    plugin: (file) => accessLog({ ...structured, file }),
    check: (line) => {
      JSON.parse(line);
      checkMembers(line, jsonMember);
    },
  },
  {
    name: 'logfmt',
    plugin: (file) => accessLog({ ...structured, file, format: 'logfmt' }),
    check: (line) => checkMembers(line, logfmtMember),
  },
  {
    name: 'combined',
    plugin: (file) => accessLog({ ...atOnce, file, format: 'combined' }),
    check: (line) => assert.match(line, combined),
  },
  {
    name: 'template',
    plugin: (file) => accessLog({ ...atOnce, file, format: template }),
    check: (line) => assert.match(line, templated),
  },
];

/** A line is text that no terminal and no reader of lines takes for anything else, and has its form. */
export function checkLine({ name, check }: Format, line: string): void {
  try {
    assert.match(line, /^[\x20-\x7e]+$/);
    check(line);
  } catch (error) {
    throw new Error(`${name}: ${line}`, { cause: error });
  }
}
