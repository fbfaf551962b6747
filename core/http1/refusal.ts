import type { GatewayError } from '../errors.ts';
import { FieldList } from '../message/field-list.ts';
import { problemJson } from '../message/problem.ts';
import { reasonPhrase } from '../message/status.ts';
import { responseHeadText } from './serializer.ts';

/** The whole answer to bytes that never became an exchange; the connection closes behind it. */
export function refusalText(error: GatewayError): string {
  const problem = problemJson({ status: error.status, code: error.code, detail: error.message });
  const body = Buffer.from(problem).toString('latin1'); // the writer takes one character for a byte
  const head = {
    status: error.status,
    reason: reasonPhrase(error.status),
    fields: new FieldList(['Content-Type', 'application/problem+json']),
    bodyLength: body.length,
    declaredLength: undefined,
    hasDate: false,
    upgrade: undefined,
  };
  return responseHeadText(head, head.bodyLength, 'close') + body;
}
