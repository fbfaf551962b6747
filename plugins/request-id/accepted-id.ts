const accepted = /^[A-Za-z0-9][A-Za-z0-9._:=+/@~-]{0,127}$/;

/** True for 1 to 128 characters that need no escaping in logs, queries of log stores, HTML and shells. */
export function isAcceptedId(text: string): boolean {
  return accepted.test(text);
}
