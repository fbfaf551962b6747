import { command, type CommandResult } from '../peers.ts';

const shell = (script: string, port: number, args: readonly string[]): Promise<CommandResult> =>
  command('/bin/sh', '-c', `${script} 2>&1`, String(port), ...args);

/** Runs `openssl s_client` for a handshake. */
export const sClient = (port: number, ...args: string[]): Promise<CommandResult> =>
  shell('openssl s_client -connect "127.0.0.1:$0" "$@" </dev/null', port, args);

/** Sends a request with `openssl s_client`, and reads up to the end of the connection. */
export const requestBySClient = (port: number, ...args: string[]): Promise<CommandResult> =>
  shell(
    `printf 'GET / HTTP/1.1\\r\\nHost: app.test\\r\\nConnection: close\\r\\n\\r\\n' |
      openssl s_client -ign_eof -connect "127.0.0.1:$0" "$@"`,
    port,
    args,
  );
