import { STATUS_CODES } from 'node:http';

/** The reason phrase that RFC 9110 15 gives the status; empty for an unknown one. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? '';
}
