import { isFieldValue } from '../../core/index.ts';

const notInFields = /[^\t\x20-\x7e\x80-\xff]/gu;

function percentEncoded(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&');
}

/**
 * A text that can be sent in a field: what cannot stand there, controls and characters beyond U+00FF, is
 * percent-encoded as UTF-8, so that nothing that a client sends makes the message fail or breaks it apart.
 */
export function safeValue(text: string): string {
  return isFieldValue(text) ? text : text.replace(notInFields, percentEncoded);
}
