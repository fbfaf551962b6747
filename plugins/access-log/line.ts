import { type Field, FieldCatalogue, defaultFields, type Redaction } from './fields.ts';
import { jsonLines, logfmtLines } from './formats.ts';
import { parseTemplate } from '../../core/index.ts';
import { isTemplate, type Options } from './options.ts';
import { addressTruncation, inUrl, isSecretField, queryRedaction, withoutQuery } from './redaction.ts';
import { combinedTemplate, templateLines } from './template.ts';
import type { Writer } from './runs.ts';

const asItIs = (text: string): string => text;

function redactionOf({ query, redact }: Options): Redaction {
  const { queryParameters, headers, address } = redact;
  const keptBits = address === true ? { ipv4Bits: 24, ipv6Bits: 48 } : address;
  const change = queryParameters.length === 0 ? undefined : queryRedaction(queryParameters);
  return {
    address: keptBits === false ? asItIs : addressTruncation(keptBits),
    query: query ? (change ?? asItIs) : () => undefined,
    url: query ? (change === undefined ? asItIs : inUrl(change)) : withoutQuery,
    isSecret: (name) => isSecretField(name, headers),
  };
}

function namesOf({ fields, requestHeaders, responseHeaders }: Options): string[] {
  return [
    ...(fields ?? defaultFields),
    ...requestHeaders.map((name) => `request.header.${name.toLowerCase()}`),
    ...responseHeaders.map((name) => `response.header.${name.toLowerCase()}`),
  ];
}

/** Writes the lines that the options describe. */
export function lineWriterOf(options: Options, now: () => number): Writer {
  const { format } = options;
  const catalogue = new FieldCatalogue(redactionOf(options));
  const find = (name: string): Field => catalogue.find(name)!;
  if (format === 'json') return jsonLines(namesOf(options).map(find), now);
  if (format === 'logfmt') return logfmtLines(namesOf(options).map(find), now);
  return templateLines(parseTemplate(isTemplate(format) ? format : combinedTemplate), find, now);
}
