import { GatewayError } from '../errors.ts';
import { matchesAt } from '../message/characters.ts';
import type { HeadFacts } from '../message/head.ts';

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

/** Names that some servers take for framing fields, because they read `_` or any punctuation as `-`. */
function refuseLookAlike(text: string, nameStart: number, first: string, second: string): void {
  const between = nameStart + first.length;
  if (!matchesAt(text, nameStart, first) || !matchesAt(text, between + 1, second)) return;
  if (/[0-9A-Za-z]/.test(text[between]!)) return;
  const name = text.slice(nameStart, between + 1 + second.length);
  throw new GatewayError('malformed_head', `The field ${name} looks like one that frames the message.`);
}

/**
 * Moves a field that belongs to the connection or the framing into `facts`; true when it was one and must not be
 * forwarded as it is. Name and value are given by their places in `text`.
 */
export function claimField(
  facts: HeadFacts,
  text: string,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
): boolean {
  switch (nameEnd - nameStart) {
    case 2:
      if (!matchesAt(text, nameStart, 'te')) return false;
      facts.te = joined(facts.te, text.slice(valueStart, valueEnd));
      return true;
    case 4:
      return claimHost(facts, text, nameStart, valueStart, valueEnd);
    case 6:
      if (!matchesAt(text, nameStart, 'expect')) return false;
      if (valueEnd - valueStart !== 12 || !matchesAt(text, valueStart, '100-continue')) return false;
      facts.expectsContinue = true;
      return true;
    case 7:
      if (!matchesAt(text, nameStart, 'upgrade')) return false;
      facts.upgrade = joined(facts.upgrade, text.slice(valueStart, valueEnd));
      return true;
    case 10:
      if (!matchesAt(text, nameStart, 'connection')) return matchesAt(text, nameStart, 'keep-alive');
      facts.connection = joined(facts.connection, text.slice(valueStart, valueEnd));
      return true;
    case 14:
      return claimContentLength(facts, text, nameStart, valueStart, valueEnd);
    case 16:
      return matchesAt(text, nameStart, 'proxy-connection');
    case 17:
      return claimTransferEncoding(facts, text, nameStart, valueStart, valueEnd);
    default:
      return false;
  }
}

function claimHost(
  facts: HeadFacts,
  text: string,
  nameStart: number,
  valueStart: number,
  valueEnd: number,
): boolean {
  if (!matchesAt(text, nameStart, 'host')) {
    if (matchesAt(text, nameStart, 'date')) facts.hasDate = true;
    return false;
  }
  facts.isHostRepeated ||= facts.host !== undefined;
  facts.host = text.slice(valueStart, valueEnd);
  return true;
}

function claimContentLength(
  facts: HeadFacts,
  text: string,
  nameStart: number,
  valueStart: number,
  valueEnd: number,
): boolean {
  if (!matchesAt(text, nameStart, 'content-length')) {
    refuseLookAlike(text, nameStart, 'content', 'length');
    return false;
  }
  facts.isLengthRepeated ||= facts.contentLength !== undefined;
  facts.contentLength = text.slice(valueStart, valueEnd);
  return true;
}

function claimTransferEncoding(
  facts: HeadFacts,
  text: string,
  nameStart: number,
  valueStart: number,
  valueEnd: number,
): boolean {
  if (!matchesAt(text, nameStart, 'transfer-encoding')) {
    refuseLookAlike(text, nameStart, 'transfer', 'encoding');
    return false;
  }
  facts.transferEncoding = joined(facts.transferEncoding, text.slice(valueStart, valueEnd));
  return true;
}
