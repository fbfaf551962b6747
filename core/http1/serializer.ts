import type { FieldList } from '../message/field-list.ts';
import { type BodyLength, CHUNKED, UNTIL_CLOSE } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import type { OutgoingRequest, OutgoingResponse } from '../message/stream.ts';
import { endsConnection, type Persistence } from './persistence.ts';

let dateSecond = 0;
let dateLine = '';

/** The Date field that a message without one gets on its way (RFC 9110 6.6.1). */
function dateField(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

function lengthField(bodyLength: BodyLength): string {
  if (bodyLength === CHUNKED) return 'Transfer-Encoding: chunked\r\n';
  return bodyLength === UNTIL_CLOSE ? '' : `Content-Length: ${bodyLength}\r\n`;
}

function upgradeFields(protocol: string): string {
  return `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
}

/** Methods whose missing body is worth a `Content-Length: 0` (RFC 9110 8.6). */
function anticipatesBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

/** Connection and the fields that it names, and the end of the head. */
function requestHeadEnd(request: OutgoingRequest): string {
  if (endsConnection(request)) {
    return request.acceptsTrailers
      ? 'TE: trailers\r\nConnection: close, TE\r\n\r\n'
      : 'Connection: close\r\n\r\n';
  }
  if (request.upgrade !== undefined) return `${upgradeFields(request.upgrade)}\r\n`;
  return request.acceptsTrailers ? 'TE: trailers\r\nConnection: TE\r\n\r\n' : '\r\n';
}

/** The text of a request head (RFC 9112 3). */
export function requestHeadText(request: OutgoingRequest): string {
  const { method, bodyLength } = request;
  // plain concatenation: a template would convert each part anew
  let text =
    method + ' ' + request.target + ' HTTP/1.1\r\nHost: ' + request.authority + '\r\n' + request.fields.lines;
  if (bodyLength !== 0 || anticipatesBody(method)) text += lengthField(bodyLength);
  if (request.expectsContinue) text += 'Expect: 100-continue\r\n';
  return text + requestHeadEnd(request);
}

/** The text of a final response head (RFC 9112 4). `bodyLength` is the framing on the wire. */
export function responseHeadText(
  response: OutgoingResponse,
  bodyLength: BodyLength | undefined,
  persistence: Persistence,
): string {
  let text = 'HTTP/1.1 ' + response.status + ' ' + response.reason + '\r\n' + response.fields.lines;
  if (!response.hasDate) text += dateField();
  if (response.status === 101) return `${text}${upgradeFields(response.upgrade ?? '')}\r\n`;
  if (response.upgrade !== undefined) text += `Upgrade: ${response.upgrade}\r\n`; // RFC 9110 15.5.22
  if (bodyLength !== undefined) text += lengthField(bodyLength);
  else if (response.declaredLength !== undefined && response.status !== 204)
    text += `Content-Length: ${response.declaredLength}\r\n`;
  if (response.upgrade !== undefined)
    text += persistence === 'close' ? 'Connection: close, Upgrade\r\n' : 'Connection: Upgrade\r\n';
  else if (persistence === 'close') text += 'Connection: close\r\n';
  else if (persistence === 'keep-alive') text += 'Connection: keep-alive\r\n';
  return text + '\r\n';
}

/** The text of an interim (1xx) response (RFC 9110 15.2). */
export function informationalText(head: ResponseHead): string {
  return `HTTP/1.1 ${head.status} ${head.reason}\r\n${head.fields.lines}\r\n`;
}

/** The end of a chunked body (RFC 9112 7.1). */
export function lastChunkText(trailers: FieldList | undefined): string {
  return trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailers.lines}\r\n`;
}
